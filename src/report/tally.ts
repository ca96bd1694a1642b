import type { Diagnosis } from '../core/diagnosis.ts'

/** Ids of causes that are excluded wherever they were judged. */
export function ruledOutEverywhere(d: Diagnosis): string[] {
  const open = new Set([...foundAnywhere(d), ...openCauses(d)])
  return [...new Set(d.ruledOut.map((r) => r.id))].filter((id) => !open.has(id))
}

/** Ids of causes that could not be judged somewhere and were found nowhere. */
export function openCauses(d: Diagnosis): string[] {
  const found = new Set(foundAnywhere(d))
  return [...new Set(d.unknown.map((u) => u.id))].filter((id) => !found.has(id))
}

const foundAnywhere = (d: Diagnosis): string[] => [...d.causes, ...d.warnings].map((s) => s.cause.id)

/** Nothing was judged: the port is not one that the causes are about. */
export const isOutOfScope = (d: Diagnosis): boolean =>
  d.causes.length + d.warnings.length + d.ruledOut.length + d.unknown.length === 0
