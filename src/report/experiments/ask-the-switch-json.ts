import { type AskedVlan, type AskTheSwitch, type Sight, waysOf } from '../../core/ask-the-switch.ts'
import type { Language } from '../../core/lang.ts'
import { evidenceJson } from '../evidence.ts'
import type { ExperimentJson } from './schema.ts'

type Json = Extract<ExperimentJson, { id: 'ask-the-switch' }>

export const askTheSwitchJson = (e: AskTheSwitch, lang: Language): Json => ({
  ...{ id: e.id, run: e.run, method: isBySubinterface(e.network) ? 'subinterface' : 'port' },
  network: vlanJson(e.network, lang),
  control: e.control ? vlanJson(e.control, lang) : null,
  ways: waysOf(e.network).map(({ from, to, is, vlan }) => ({ from, to, is, vlan: vlan ?? null })),
})

const isBySubinterface = ({ from }: AskedVlan) => from.some(({ method }) => method === 'subinterface')

const vlanJson = ({ vlan, from }: AskedVlan, lang: Language): Json['network'] => ({
  vlan: vlan ?? null,
  from: from.map(({ host, method, nics, mac, left, answers, heard }) => ({
    ...{ host, method, mac },
    nics: nics.map((nic) => ({ name: nic.name, mac: nic.mac ?? null, neighbour: nic.neighbour ?? null })),
    left: sightJson(left, lang),
    answers: answers.map(({ sight, ...target }) => ({ ...target, sight: sightJson(sight, lang) })),
    heard: heard.map((h) => ({ from: h.from, sight: sightJson(h.sight, lang) })),
  })),
})

const sightJson = ({ state, count, vlan, roundTrip, why, because }: Sight, lang: Language) => ({
  ...{ state, count, vlan: vlan ?? null },
  ...(roundTrip === undefined ? {} : { roundTripUs: roundTrip }),
  ...(why === undefined ? {} : { why: why[lang] }),
  because: evidenceJson(because),
})
