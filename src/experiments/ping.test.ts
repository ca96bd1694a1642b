import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Answer } from '../core/answer.ts'
import { parsePings } from './ping.ts'

/** What iputils' ping has printed on the lab. */
const recorded = JSON.parse(readFileSync(new URL('recorded/pings.json', import.meta.url), 'utf8')) as readonly {
  readonly name: string
  readonly answer: Answer
}[]
const answerOf = (name: string) => recorded.find((r) => r.name === name)?.answer as Answer
const pings = (name: string) => {
  const parsed = parsePings(answerOf(name))
  if (!parsed.ok) throw new Error(parsed.problem.en)
  return parsed.fact
}

test('counts what was answered, and the size of the packet', () => {
  expect(pings('answered')).toMatchObject({ sent: 3, received: 3, size: 84 })
  expect(pings('answered').roundTrip).toBeGreaterThan(0)
})
test('tells which MTU a packet was too large for', () => {
  expect(pings('too long')).toMatchObject({ sent: 3, received: 0, size: 1500, tooLongFor: 1400 })
  expect(pings('too long').source.command).toMatch(/^ping -n /)
})
test('silence names no MTU', () => {
  expect(pings('no route')).toMatchObject({ sent: 3, received: 0 })
  expect(pings('no route').tooLongFor).toBeUndefined()
})
test('a ping that was cut off is unknown, not unanswered', () => {
  const whole = answerOf('answered')
  const cut = { ...whole, stdout: whole.stdout.slice(0, whole.stdout.indexOf('---')), exit: 124 }
  expect(parsePings(cut).ok).toBe(false)
})
