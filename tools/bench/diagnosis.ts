import { readdirSync } from 'node:fs'
import { diagnose } from '../../src/app.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { medianOf, type Row } from './measure.ts'

/** A whole diagnosis of a recorded VM. */
export async function benchDiagnosis(): Promise<readonly Row[]> {
  const folder = new URL('../../test/bundles/', import.meta.url)
  const bundles = await Promise.all(readdirSync(folder).map((name) => readBundle(new URL(name, folder).pathname)))
  const reading = await medianOf(20, () => readBundle(new URL('healthy.oldhand', folder).pathname))
  const vm = bundles.find((bundle) => 'vm' in bundle.asked)
  if (!vm) throw new Error('no VM is recorded')
  const judging = await medianOf(20, () => diagnose(vm.asked, replay(vm)))
  return [['diagnosis of a bundle', `${judging.toFixed(1)} ms`, `${(judging / reading).toFixed(1)} × reading it`]]
}
