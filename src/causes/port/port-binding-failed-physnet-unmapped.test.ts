import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import { API } from '../../core/answer.ts'
import { readAll } from '../../engine/facts.ts'
import { readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'
import cause from './port-binding-failed-physnet-unmapped.ts'

test('certain only of a port that could not be bound by an agent that is alive', async () => {
  const file = new URL('../../../test/bundles/port-binding-failed-physnet-unmapped.oldhand', import.meta.url).pathname
  const bundle = await readBundle(file)
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const known = readAll(cause.needs, (need) => outcome.facts.read(need, API))
  if (!known.ok) throw new Error(known.problem.en)
  const { binding, configs } = known.fact as unknown as Parameters<typeof cause.check>[0]
  const sure = (other: object) =>
    cause.check({ binding: { ...binding, ...other }, configs }, { subject: outcome.diagnosis.subject, host: API })
  expect(sure({})).toMatchObject({ is: 'found', sure: 'certain' })
  expect(sure({ failed: false })).toMatchObject({ is: 'found', sure: 'likely' })
  expect(sure({ agent: { ...binding.agent, alive: false } })).toMatchObject({ is: 'found', sure: 'likely' })
})
