import { phaseImage, signZoom } from '@/layers/events'
import { grounds } from '@/layers/palette'
import { byZoom, ranks, type Drawn, type Expression, type Look } from '@/layers/style'
import { isOpen, phaseColours, phases, statesOf, eventStates, type Phase } from '@/model/eventstate'

export const replaySource = 'boards-replay'
export const replayLayers = ['boards-replay-dot', 'boards-replay-sign']

const byPhase = (value: (phase: Phase) => Expression): Expression => ['match', ['get', 'state'], ...phases.flatMap((phase): Expression[] => [statesOf(phase), value(phase)]), value('waiting')]
const settled: Expression = ['!', ['in', ['get', 'state'], ['literal', eventStates.filter(isOpen)]]]

/** Only what was so `at` ms after the origin of the spells. */
export function filterAt(at: number): Expression[] {
  return ['all', ['<=', ['get', 't0'], at], ['>', ['get', 't1'], at]]
}

/** The cases in the states of an instant, marked as the events of today are. */
export function replayDrawn(at: number, look: Pick<Look, 'theme'>): Drawn[] {
  const colours = phaseColours[look.theme]
  const order = byPhase((phase) => ({ waiting: 9, working: 8, checking: 7, done: 2, void: 1 })[phase])
  const from = { source: replaySource, filter: filterAt(at) }
  return [
    {
      rank: ranks.events,
      layer: {
        id: replayLayers[0], type: 'circle', ...from, layout: { 'circle-sort-key': order },
        paint: {
          'circle-color': byPhase((phase) => colours[phase]), 'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, ['case', settled, 1.6, 3.4], 14, ['case', settled, 3, 6]],
          'circle-opacity': ['case', settled, 0.45, 1], 'circle-stroke-color': grounds[look.theme].halo, 'circle-stroke-width': byZoom([[9, 0.5], [14, 1.2]]),
        },
        metadata: { legend: 'circle-color' },
      },
    },
    {
      rank: ranks.events + 0.1,
      layer: {
        id: replayLayers[1], type: 'symbol', ...from, minzoom: signZoom,
        layout: { 'icon-image': byPhase((phase) => phaseImage(phase, colours[phase])), 'icon-allow-overlap': true, 'icon-size': byZoom([[13, 0.75], [17, 1.05]]), 'symbol-sort-key': ['-', 0, order] },
      },
    },
  ]
}
