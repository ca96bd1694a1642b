import {
  type AsTheVm,
  type Experiment,
  type Gap,
  gapsOf,
  isGatewayThere,
  type Passage,
  type Trip,
} from '../../core/experiment.ts'
import type { Language } from '../../core/lang.ts'
import type { Stranger } from '../../core/strangers.ts'
import { evidenceJson } from '../evidence.ts'
import { askTheSwitchJson } from './ask-the-switch-json.ts'
import { fromTheDhcpNamespaceJson } from './from-the-dhcp-namespace-json.ts'
import type { ExperimentJson } from './schema.ts'
import { underlayJson } from './underlay-json.ts'

type Json = Extract<ExperimentJson, { id: 'as-the-vm' }>

export function experimentsJson(all: readonly Experiment[], lang: Language): readonly ExperimentJson[] {
  return all.map((experiment) => experimentJson(experiment, isGatewayThere(all), lang))
}

function experimentJson(experiment: Experiment, gatewayThere: boolean, lang: Language): ExperimentJson {
  switch (experiment.id) {
    case 'as-the-vm':
      return asTheVmJson(experiment, gatewayThere, lang)
    case 'as-siblings':
      return {
        ...{ id: experiment.id, run: experiment.run },
        vms: experiment.vms.map(({ vm, port, shown }) => ({
          vm,
          port,
          ...conversationsJson(shown, gapsOf(shown), lang),
        })),
      }
    case 'ask-the-switch':
      return askTheSwitchJson(experiment, lang)
    case 'underlay':
      return underlayJson(experiment, lang)
    case 'from-the-dhcp-namespace':
      return fromTheDhcpNamespaceJson(experiment, lang)
  }
}

function asTheVmJson(experiment: AsTheVm, gatewayThere: boolean, lang: Language): Json {
  return {
    id: experiment.id,
    run: experiment.run,
    ...conversationsJson(experiment, gapsOf(experiment, gatewayThere), lang),
    strangers: experiment.strangers.ok ? experiment.strangers.fact.all.map(strangerJson) : null,
    guest: experiment.guest.ok ? (experiment.guest.fact.speaks ? 'speaks' : 'silent') : 'unknown',
  }
}

const conversationsJson = (
  experiment: AsTheVm,
  gaps: readonly Gap[],
  lang: Language,
): Pick<Json, 'sent' | 'trips' | 'lost'> => ({
  sent: experiment.sent.map(({ refused, ...sent }) => ({
    ...sent,
    ...(refused === undefined ? {} : { refused: refused[lang] }),
  })),
  trips: experiment.trips.map((trip) => tripJson(trip, lang)),
  lost: gaps.map(gapJson),
})

/** Where frames vanish. */
export const gapJson = ({ trip, after, before }: Gap): Json['lost'][number] => ({
  conversation: trip.conversation,
  direction: trip.direction,
  after: after ? placeJson(after) : null,
  before: placeJson(before),
})

const tripJson = ({ conversation, direction, server, passages }: Trip, lang: Language): Json['trips'][number] => ({
  conversation,
  direction,
  ...(server === undefined ? {} : { server }),
  passages: passages.map((passage) => ({
    ...placeJson(passage),
    state: passage.state,
    count: passage.count,
    ...passage.first,
    ...(passage.roundTrip === undefined ? {} : { roundTripUs: passage.roundTrip }),
    ...(passage.why === undefined ? {} : { why: passage.why[lang] }),
    because: evidenceJson(passage.because),
  })),
})

const strangerJson = ({ because, ...stranger }: Stranger) => ({ ...stranger, because: evidenceJson(because) })

const placeJson = ({ station, host, devices }: Passage) => ({ station, host, devices: [...devices] })
