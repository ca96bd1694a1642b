import type { Answer } from '../../core/answer.ts'
import type { AsTheVm } from '../../core/experiment.ts'
import { problem } from '../../core/probe.ts'
import { byKey } from '../../core/transport.ts'
import type { Design } from '../as-vm/design.ts'
import { looksOf } from '../as-vm/looks.ts'
import { capturesOf } from '../as-vm/perform.ts'
import { sendAll, sendingsOf } from '../as-vm/send.ts'
import { tripsOf } from '../as-vm/trips.ts'
import { type Means, whileCapturing } from '../captures.ts'
import type { Performed } from '../prepare.ts'

/** Sends as all of them in one round, and puts together what was seen of each. */
export async function perform(run: string, designs: readonly Design[], means: Means): Promise<Performed> {
  const { done: sent, answers } = await whileCapturing(capturesOf(designs), means, () => sendAll(designs, means.bench))
  const captured = byKey(answers)
  const vms = designs.map((design) => ({
    vm: design.about.subject.name,
    port: design.about.subject.port.id,
    shown: shownOf(design, sent(design), captured),
  }))
  return { result: { id: 'as-siblings', run, vms }, answers: [...designs.flatMap(sent), ...answers] }
}

function shownOf(design: Design, sent: readonly Answer[], captured: ReadonlyMap<string, Answer>): AsTheVm {
  const sendings = sendingsOf(sent, design)
  const unasked = problem('is asked of the VM that is diagnosed alone', '只对被诊断的虚拟机做这项检查')
  return {
    id: 'as-the-vm',
    run: design.run,
    sent: sendings,
    trips: tripsOf(design, sendings, looksOf(design, captured)),
    strangers: unasked,
    guest: unasked,
  }
}
