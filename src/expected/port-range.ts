/**
 * A range of ports as values with masks, as few as there can be: 80 to 87 is `0x50/0xfff8` (neutron/common/utils.py,
 * `port_rule_masking`).
 */
export function maskedPorts(from: number, to: number): readonly string[] {
  const found: string[] = []
  for (let at = from; at <= to; ) {
    let size = 1
    while (at % (2 * size) === 0 && at + 2 * size - 1 <= to) size *= 2
    found.push(size === 1 ? String(at) : `${hex(at)}/${hex(0x10000 - size)}`)
    at += size
  }
  return found
}

const hex = (port: number) => `0x${(port & 0xffff).toString(16).padStart(4, '0')}`
