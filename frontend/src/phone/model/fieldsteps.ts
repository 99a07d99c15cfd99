/** The steps that are taken in the field; the others have their place at a desk. */
export const fieldSteps = ['confirm', 'refuse', 'sign', 'feedback', 'check', 'resume', 'handover', 'supplement']

/** What may be written after a step that has not been sent yet. */
export const follows: Record<string, string[]> = { sign: ['feedback', 'supplement'], resume: ['feedback', 'supplement'] }

/** What a step needs when the case on the phone does not say. */
export const usualNeeds: Record<string, string[]> = {
  confirm: ['fix', 'photos'], refuse: ['note', 'fix', 'photos'], feedback: ['result', 'photos'], check: ['found', 'fix', 'photos'], handover: ['worker'],
}
