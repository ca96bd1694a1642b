import { expect, test } from 'vitest'
import { familyOf, plainFilter, vxlanFilter, xidOf } from './filter.ts'

test.each(['c0ffee42', 'ffffffff', '00000007'])(
  'run %s: every VM has an id of its own, and all are of one family',
  (run) => {
    const xids = [1, 2, 3, 4, 5, 6].map((n) => xidOf(run, n))
    expect(new Set([run, ...xids]).size).toBe(7)
    for (const xid of [run, ...xids]) expect([xid.length, familyOf(xid)]).toEqual([8, familyOf(run)])
  },
)

test('of however many VMs, a filter has one form: a sudoers file can allow it, and nothing wider', () => {
  const formOf = (filter: string) => filter.replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}|0x[0-9a-f]{4,8}/g, '_')
  const [one, all] = [1, 6].map((n) => ({
    family: 'c0ffee40',
    macs: Array.from({ length: n }, (_, i) => `fa:16:3e:00:00:0${i}`),
  }))
  if (!one || !all) throw new Error('none')
  expect(formOf(plainFilter(one))).toBe(formOf(plainFilter(all)))
  expect(formOf(vxlanFilter(one, 4789))).toBe(formOf(vxlanFilter(all, 4789)))
  for (const mac of all.macs) expect(plainFilter(all)).toContain(`ether host ${mac}`)
})
