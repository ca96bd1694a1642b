import type { Language } from '../../core/lang.ts'
import type { Parsed } from '../../core/probe.ts'
import type { Route, UnderlayTried } from '../../core/underlay-tried.ts'
import { evidenceJson } from '../evidence.ts'
import { pingsJson } from './pings-json.ts'
import type { ExperimentJson } from './schema.ts'

type Json = Extract<ExperimentJson, { id: 'underlay' }>
type WayJson = Json['ways'][number]

export const underlayJson = ({ id, run, mtu, needed, ways }: UnderlayTried, lang: Language): Json => ({
  ...{ id, run, mtu, needed },
  ways: ways.map(({ host, peer, from, to, route, small, full }) => ({
    ...{ host, peer, from, to },
    route: routeJson(route, lang),
    small: pingsJson(small, lang),
    full: pingsJson(full, lang),
  })),
})

function routeJson(route: Parsed<Route>, lang: Language): WayJson['route'] {
  if (!route.ok) return { why: route.problem[lang] }
  const because = evidenceJson([route.fact.source])
  if (route.fact.is === 'none') return { device: null, because }
  const { device, via } = route.fact
  return { device, ...(via === undefined ? {} : { via }), because }
}
