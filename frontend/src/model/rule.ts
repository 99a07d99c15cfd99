import type { Properties } from '@/api/types'
import { all, equals, oneOf, quoteName, quoteText } from './filter'

/**
 * A condition said twice: as CQL2 for the server and as a test of one event for
 * what the stream brings. Both are made from the same parts, so a list and its
 * count cannot drift apart. Times are ms since 1970.
 */
export interface Rule { cql(now: number): string; test(event: Properties, now: number): boolean }

const text = (value: unknown) => String(value ?? '')

export const isOneOf = (field: string, values: string[]): Rule => ({
  cql: () => (values.length === 1 ? equals(field, values[0]) : oneOf(field, values)),
  test: (event) => values.includes(text(event[field])),
})

export const isSet = (field: string): Rule => ({
  cql: () => `${quoteName(field)} IS NOT NULL`,
  test: (event) => event[field] !== null && event[field] !== undefined && event[field] !== '',
})

/** A number of at least `least`; one that is not known is none. */
export const atLeast = (field: string, least: number): Rule => ({
  cql: () => `${quoteName(field)} >= ${least}`,
  test: (event) => typeof event[field] === 'number' && event[field] >= least,
})

/** A number under `limit`, or none at all. */
export const below = (field: string, limit: number): Rule => ({
  cql: () => `${quoteName(field)} IS NULL OR ${quoteName(field)} < ${limit}`,
  test: (event) => !(typeof event[field] === 'number' && event[field] >= limit),
})

/** An instant that has passed; one that is not known has not. */
export const passed = (field: string): Rule => ({
  cql: (now) => `${quoteName(field)} <= TIMESTAMP('${new Date(now).toISOString()}')`,
  test: (event, now) => Date.parse(text(event[field])) <= now,
})

export const toCome = (field: string): Rule => ({
  cql: (now) => `${quoteName(field)} > TIMESTAMP('${new Date(now).toISOString()}')`,
  test: (event, now) => Date.parse(text(event[field])) > now,
})

/** A list of words with a space between that has this one. */
export const listed = (field: string, word: string): Rule => ({
  cql: () => `${quoteName(field)} LIKE ${quoteText(`%${word.replaceAll(/[\\%_]/g, '\\$&')}%`)}`,
  test: (event) => text(event[field]).includes(word),
})

/** A code that begins so: all areas inside one. */
export const within = (field: string, prefix: string): Rule => ({
  cql: () => `${quoteName(field)} LIKE ${quoteText(`${prefix.replaceAll(/[\\%_]/g, '\\$&')}%`)}`,
  test: (event) => text(event[field]).startsWith(prefix),
})

export const both = (...rules: Rule[]): Rule => ({
  cql: (now) => all(...rules.map((rule) => rule.cql(now))),
  test: (event, now) => rules.every((rule) => rule.test(event, now)),
})

export const either = (...rules: Rule[]): Rule => ({
  cql: (now) => (rules.length === 1 ? rules[0].cql(now) : rules.map((rule) => `(${rule.cql(now)})`).join(' OR ')),
  test: (event, now) => rules.some((rule) => rule.test(event, now)),
})

/** Everything: no filter at all. */
export const anything: Rule = { cql: () => '', test: () => true }
