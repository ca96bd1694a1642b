import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../core/answer.ts'
import type { Context, Needs, Parsed, Probe } from '../core/probe.ts'
import { fateOf, loaded, outputs as outputsOf } from '../openflow/fate.ts'
import { parseFdb } from '../openflow/fdb.ts'
import { parseFlows } from '../openflow/flow.ts'
import { matches } from '../openflow/partial-match.ts'
import { parseShow } from '../openflow/show.ts'
import { matchedVlan, rewrittenVlan } from '../openflow/vlan.ts'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parseConfig } from './agents/config.ts'
import { parseLog } from './agents/log.ts'
import { parseReserved } from './agents/reserved-cookies.ts'
import { apiAgents, dhcpAgents, switchAgents } from './api/agents.ts'
import { networkPorts } from './api/network-ports.ts'
import { apiPort } from './api/port.ts'
import { parseGroup } from './api/security-groups.ts'
import { apiNetwork } from './api/subnets.ts'
import { configFiles } from './changes/config-files.ts'
import { parseIpsetSave } from '../netfilter/ipset.ts'
import { parseIptablesSave } from '../netfilter/parse.ts'
import { kernelLinks } from './changes/kernel-links.ts'
import { parseHosts, parseLeases } from './dhcp/dnsmasq.ts'
import { parseEvents } from './dhcp/dnsmasq-log.ts'
import { dhcpNs, parseAddresses, parseNeighbours } from './dhcp/namespace.ts'
import { clock } from './host/clock.ts'
import { diskSpace } from './host/disk.ts'
import { links, parseLinks } from './host/links.ts'
import { parseProcesses, processes } from './host/processes.ts'
import { releases } from './host/releases.ts'
import { units } from './host/units.ts'
import { bonds } from './ovs/bond.ts'
import { parseArrived } from './ovs/datapath.ts'
import { netfilter } from './host/netfilter.ts'
import { ovsdbServer } from './ovs/ovsdb-server.ts'
import { ovsdb } from './ovs/ovsdb.ts'
import { vswitchd } from './ovs/vswitchd.ts'

/** Any bytes give a fact or a problem: never a throw, never a hang, and no line that was not there. */

const ask = { host: 'h', argv: ['c'] }
const answer = (stdout: string, stderr = ''): Answer => ({ ask, stdout, stderr, exit: 0, ms: 1 })
const origin = { host: 'h', command: 'c' }
const packet = {
  inPort: ['3'],
  vlan: 1,
  fields: new Map([
    ['dl_src', 'fa:16:3e:c3:73:4e'],
    ['nw_src', '10.0.0.1'],
  ]),
}
const mac = 'fa:16:3e:c3:73:4e'
const subject = {
  ...{ asked: 'vm', name: 'vm', compute: 'h', subnets: [], dhcpHosts: ['h'], fromApi: true },
  dhcpPorts: [],
  port: { id: 'p', name: '', mac, fixedIps: [], deviceId: '', deviceOwner: '' },
  network: { id: 'n', name: '' },
}
const device = { host: 'h', command: 'c', line: '', value: 0 }
const plug = { hybrid: true, tap: 'tap', qbr: 'qbr', qvb: 'qvb', qvo: 'qvo', source: device } as const
const hybrid = { subject, host: 'h', prior: { plug } }
const whole = (probe: Pick<Probe<unknown>, 'parse'>) => (text: string) => {
  const context: Context<Needs> = { subject, host: 'h', prior: {} }
  const result: Parsed<unknown> = probe.parse(
    Array.from({ length: 6 }, () => answer(text, text)),
    context,
  )
  if (!result.ok) expect(result.problem).not.toBe('')
  return result
}

const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  flows: (t) =>
    parseFlows(t, origin).flows.map((f) => [
      matchedVlan(f),
      rewrittenVlan(f),
      fateOf(f),
      loaded(f, 5),
      outputsOf(f),
      matches(f, packet),
      f.program,
      f.source,
    ]),
  'ovs-ofctl show': (t) => parseShow(t, origin),
  'fdb/show': (t) => parseFdb(t, origin),
  'dpctl/dump-flows': (t) => parseArrived(answer(t)),
  'iptables-save': (t) => [
    whole({ parse: (answers) => netfilter.parse(answers, hybrid) })(t),
    parseIptablesSave(t, origin),
  ],
  'ipset save': (t) => parseIpsetSave(t),
  ovsdb: whole(ovsdb),
  'ovsdb-server': whole(ovsdbServer),
  'disk-space': (t) =>
    diskSpace.parse([answer(t, t), answer(t, t)], {
      subject,
      host: 'h',
      prior: { idle: true, processes: { all: [], whole: device } },
    }),
  vswitchd: whole(vswitchd),
  bonds: whole(bonds),
  clock: whole(clock),
  links: (t) => [whole(links)(t), parseLinks(answer(t))],
  processes: (t) => [whole(processes)(t), parseProcesses(answer(t))],
  units: whole(units),
  releases: whole(releases),
  configuration: (t) => parseConfig(t, ['/etc/a'], origin),
  'agent log': (t) => parseLog(answer(t), 0, 0),
  namespace: whole(dhcpNs),
  addresses: (t) => parseAddresses(answer(t)),
  neighbours: (t) => parseNeighbours(answer(t)),
  'dnsmasq hosts': (t) => parseHosts(answer(t)),
  'dnsmasq leases': (t) => parseLeases(answer(t)),
  'dnsmasq log': (t) => parseEvents(answer(t), mac),
  'configuration files': whole(configFiles),
  'kernel links': whole(kernelLinks),
  port: whole(apiPort),
  agents: (t) => [whole(apiAgents)(t), whole(dhcpAgents)(t), whole(switchAgents)(t)],
  'network ports': whole(networkPorts),
  'security group': (t) => parseGroup(answer(t)),
  'reserved cookies': (t) => parseReserved(answer(t)),
  network: whole(apiNetwork),
}

/** Pieces of what the real commands printed, so that the search comes near the real thing. */
const bundle = gunzipSync(readFileSync(new URL('../../test/bundles/healthy.oldhand', import.meta.url))).toString()
const recorded = ['iptables-save', 'ipset-save', 'datapath-flows'].map((name) =>
  readFileSync(new URL(`../../test/recorded/lab/comp3/host.${name}.txt`, import.meta.url), 'utf8'),
)
const answers = bundle.trim().split('\n').slice(1)
const outputs = [...answers.map((line) => (JSON.parse(line) as Answer).stdout), ...recorded].filter((t) => t !== '')
const mangled = fc
  .tuple(fc.constantFrom(...outputs), fc.nat(), fc.nat(), fc.string({ unit: 'binary', maxLength: 20 }))
  .map(([text, from, length, junk]) => {
    const at = from % text.length
    return text.slice(0, at) + junk + text.slice(at + (length % 200)).slice(0, 4000)
  })
const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), mangled)

describe.each(Object.entries(parsers))('%s', (_, parse) => {
  test('is total, and cites only what was printed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const line of linesIn(parse(text))) expect(text).toContain(line)
      }),
      { numRuns: 150 },
    )
  })

  test('takes a long line of anything without choking on it', () => {
    for (const piece of [' ', 'a', '0', ',', '=', '(', '[[', '"', ':', 'aa:', '1: x: <', 'n_packets=1, '])
      parse(piece.repeat(50_000))
  })
})

/** The `line` of every reading in a value. */
function linesIn(value: unknown): readonly string[] {
  if (value instanceof Map) return [...value.values()].flatMap(linesIn)
  if (typeof value !== 'object' || value === null) return []
  const own = 'line' in value && 'command' in value && typeof value.line === 'string' ? [value.line] : []
  return [...own, ...Object.values(value).flatMap(linesIn)]
}
