import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bridgedFate, type Crossing } from './bridged.ts'
import { evaluate } from './evaluate.ts'
import { isMember, parseIpsetSave } from './ipset.ts'
import type { Packet } from './packet.ts'
import { parseIptablesSave } from './parse.ts'

/** Against what the lab's host with the hybrid firewall printed. */

const recorded = (name: string) =>
  readFileSync(new URL(`../../test/recorded/lab/comp3/host.${name}.txt`, import.meta.url), 'utf8')
const origin = { host: 'comp3', command: 'iptables-save -c' }
const rules = parseIptablesSave(recorded('iptables-save'), origin)
const sets = parseIpsetSave(recorded('ipset-save'))
const filter = rules.tables.get('filter')

/** The VM's tap, MAC and address, as the chains themselves have them. */
const spoof = /-A neutron-openvswi-s(\S+) -s (\S+)\/32 -m mac --mac-source (\S+)/.exec(recorded('iptables-save')) ?? []
const [, short = '', ip = '', mac = ''] = spoof
const id = new RegExp(`tap(${short}\\S*) `).exec(recorded('iptables-save'))?.[1] ?? ''
const network = ip.replace(/\d+$/, '')

const devices = { in: `qbr${id}`, out: `qbr${id}` }
const outwards = { ...devices, bridgePorts: { in: `tap${id}`, out: `qvb${id}` }, sourceMac: mac } as const
const inwards = { ...devices, bridgePorts: { in: `qvb${id}`, out: `tap${id}` } } as const
const udp = (source: string, destination: string, ports: readonly [number, number]) => ({
  ...{ protocol: 'udp', source, destination, sourcePort: ports[0], destinationPort: ports[1], state: 'NEW' as const },
})
const fate = (packet: Crossing['packet'], of = rules) => bridgedFate(of, { packet, sets })

test('every line is understood, and every option kept', () => {
  expect([rules.unrecognised, rules.complete]).toEqual([[], true])
  expect(parseIptablesSave(recorded('iptables-save').slice(0, -99), origin).complete).toBe(false)
  expect([...rules.tables.keys()]).toEqual(['raw', 'filter'])
  const all = [...rules.tables.values()].flatMap((t) => [...t.chains.values()]).flatMap((c) => c.rules)
  expect(all.length).toBe(
    recorded('iptables-save')
      .split('\n')
      .filter((line) => line.includes(' -A ')).length,
  )
  for (const rule of all) {
    const words = [...rule.matches.flatMap((m) => [m.module ?? '', ...m.options.flatMap((o) => [o.name, ...o.values])])]
    for (const word of words) expect(rule.source.line).toContain(word)
    expect(rule.target?.name).toBeDefined()
  }
  expect(filter?.chains.get('FORWARD')).toMatchObject({ policy: 'ACCEPT' })
})

describe('what the chains of a healthy VM do', () => {
  test.each<[string, Crossing['packet'], string, RegExp]>([
    [
      'its DHCP request',
      { ...outwards, ...udp('0.0.0.0', '255.255.255.255', [68, 67]) },
      'accept',
      /sg-chain -j ACCEPT/,
    ],
    ['the DHCP reply', { ...inwards, ...udp(`${network}2`, ip, [67, 68]) }, 'accept', /sg-chain -j ACCEPT/],
    ['a DHCP reply for another', { ...inwards, ...udp(`10.0.0.2`, '10.0.0.9', [67, 68]) }, 'drop', /sg-fallback/],
    ['a DHCP server in the guest', { ...outwards, ...udp(ip, '10.0.0.9', [67, 68]) }, 'drop', /DHCP Spoofing/],
    ['another source address', { ...outwards, ...udp('10.9.9.9', '10.0.0.1', [53, 53]) }, 'drop', /IP\/MAC allow rule/],
    ['another MAC', { ...outwards, sourceMac: 'fa:16:3e:00:00:99', ...udp(ip, '8.8.8.8', [9, 53]) }, 'drop', /IP\/MAC/],
    ['what goes out', { ...outwards, ...udp(ip, '8.8.8.8', [999, 53]) }, 'accept', /sg-chain -j ACCEPT/],
    [
      'ssh from outside',
      { ...inwards, ...udp('8.8.8.8', ip, [9, 22]), protocol: 'tcp' },
      'accept',
      /sg-chain -j ACCEPT/,
    ],
    ['telnet from outside', { ...inwards, ...udp('8.8.8.8', ip, [9, 23]), protocol: 'tcp' }, 'drop', /sg-fallback/],
    ['telnet from a member', { ...inwards, ...udp(ip, ip, [9, 23]), protocol: 'tcp' }, 'accept', /sg-chain -j ACCEPT/],
  ])('%s', (_, packet, is, by) => {
    const found = fate(packet)
    expect(found.is).toBe(is)
    if (found.is !== 'unknown') expect(found.source.line).toMatch(by)
  })
})

describe('rules as others write them', () => {
  const of = (...forward: string[]) =>
    parseIptablesSave(
      [
        '*filter',
        ':FORWARD DROP [1:2]',
        ':OTHER - [0:0]',
        '-A OTHER -s 10.0.0.0/8 -j ACCEPT',
        '-A OTHER -j RETURN',
        ...forward.map((rule) => `-A FORWARD ${rule}`),
        'COMMIT',
      ].join('\n'),
      origin,
    )
  const packet: Packet = { ...outwards, ...udp('10.1.2.3', '10.0.0.1', [68, 67]) }
  test.each<[string, readonly string[], string]>([
    ['nothing: the policy', [], 'drop'],
    ['REJECT is a drop', ['-j REJECT --reject-with icmp-host-prohibited', '-j ACCEPT'], 'drop'],
    ['a log changes nothing', ['-m limit --limit 5/min -j LOG --log-prefix "x -j \\"DROP: "', '-j ACCEPT'], 'accept'],
    ['a jump, and back', ['-j OTHER'], 'accept'],
    ['a jump that does not match', ['! -s 10.0.0.0/8 -j OTHER', '-j REJECT'], 'drop'],
    ['goto does not come back', ['-d 10.0.0.1/32 -g OTHER', '-j DROP'], 'accept'],
    ['a match that nobody modelled', ['-m recent --rcheck -j ACCEPT'], 'unknown'],
    ['the same either way', ['-m recent --rcheck -j DROP'], 'drop'],
    ['what was decided before', ['-j ACCEPT', '-m recent --rcheck -j DROP'], 'accept'],
    ['a match that is surely no', ['-p tcp -m recent --rcheck -j ACCEPT'], 'drop'],
    ['ranges and lists', ['-p udp -m multiport --dports 1,60:70 -j ACCEPT'], 'accept'],
    ['devices with a rest', ['-m physdev --physdev-in tap+ -j ACCEPT'], 'accept'],
    ['states', ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'], 'drop'],
    ['marks', ['-m mark --mark 0x1 -j ACCEPT'], 'unknown'],
    ['a chain that is not there', ['-j NOWHERE'], 'unknown'],
  ])('%s', (_, forward, is) => {
    expect(evaluate(of(...forward), { table: 'filter', chain: 'FORWARD' }, { packet, sets })?.is).toBe(is)
  })

  test('what the packet does not tell is not guessed', () => {
    const { source: _, ...silent } = packet
    const about = { packet: silent, sets }
    expect(evaluate(of('-j OTHER'), { table: 'filter', chain: 'FORWARD' }, about)?.is).toBe('unknown')
  })

  test('many rules that nobody can judge come to an end', () => {
    const many = of(...Array.from({ length: 300 }, (_, i) => `-m recent --rcheck -j ${i % 2 ? 'ACCEPT' : 'OTHER'}`))
    expect(evaluate(many, { table: 'filter', chain: 'FORWARD' }, { packet, sets })?.is).toBe('unknown')
  })
})

test('a set of addresses, and one that is not', () => {
  const made = parseIpsetSave(
    [
      ...['create a hash:net family inet', 'add a 10.0.0.0/24', 'create b hash:mac'],
      ...['create c hash:net', 'add c 10.0.0.0/24', 'add c 10.0.0.7 nomatch'],
    ].join('\n'),
  )
  expect(isMember(made.get('a'), '10.0.0.9')).toBe(true)
  expect(isMember(made.get('a'), '10.0.1.9')).toBe(false)
  expect(isMember(made.get('b'), '10.0.1.9')).toBeUndefined()
  expect(isMember(made.get('c'), '10.0.0.7')).toBeUndefined()
  expect(isMember(undefined, '10.0.1.9')).toBeUndefined()
})
