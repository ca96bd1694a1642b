import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { neighbourIn } from './facing.ts'

test('the neighbour of a NIC is the switch and its port, by the name that the switch gives it', () => {
  const printed = readFileSync(new URL('recorded/lldpctl.txt', import.meta.url), 'utf8')
  expect(neighbourIn(printed)).toBe('sw-3 Gi1/0/14')
})

test('where nobody was heard there is none', () => {
  expect(neighbourIn('\n')).toBeUndefined()
})
