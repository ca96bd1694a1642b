import type { AskedServer, FromTheDhcpNamespace, Reached } from '../../core/from-the-dhcp-namespace.ts'
import type { Language } from '../../core/lang.ts'
import type { Parsed } from '../../core/probe.ts'
import { evidenceJson } from '../evidence.ts'
import { pingsJson } from './pings-json.ts'
import type { ExperimentJson } from './schema.ts'

type Json = Extract<ExperimentJson, { id: 'from-the-dhcp-namespace' }>
type HostJson = Json['hosts'][number]

export const fromTheDhcpNamespaceJson = ({ id, run, hosts }: FromTheDhcpNamespace, lang: Language): Json => ({
  ...{ id, run },
  hosts: hosts.map(({ host, server, reached }) => ({
    host,
    server: serverJson(server, lang),
    reached: reached.map((r) => reachedJson(r, lang)),
  })),
})

function serverJson(server: Parsed<AskedServer>, lang: Language): HostJson['server'] {
  if (!server.ok) return { is: 'unknown', why: server.problem[lang], because: [] }
  const { is, ip, roundTrip, because } = server.fact
  return {
    is,
    ...(ip === undefined ? {} : { ip }),
    ...(roundTrip === undefined ? {} : { roundTripUs: roundTrip }),
    because: evidenceJson(because),
  }
}

const reachedJson = ({ is, ip, arp, pings, full }: Reached, lang: Language): HostJson['reached'][number] => ({
  ...{ is, ip },
  arp: arp.ok ? { mac: arp.fact.mac ?? null, because: evidenceJson(arp.fact.because) } : { why: arp.problem[lang] },
  pings: pingsJson(pings, lang),
  ...(full ? { full: pingsJson(full, lang) } : {}),
})
