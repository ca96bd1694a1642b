import type { Experiment } from '../../core/experiment.ts'
import type { Answer, Ask } from '../../core/answer.ts'
import { byKey } from '../../core/transport.ts'
import { askedSwitch } from '../../probes/wiring/asked-switch.ts'
import { captureWith } from '../as-vm/capture.ts'
import { type Means, whileCapturing } from '../captures.ts'
import type { Performed } from '../prepare.ts'
import type { SwitchDesign } from './design.ts'
import { facingAsks } from './facing.ts'
import { filterOf, HEARD_MS, scriptAsk } from './script.ts'
import { askedVlan } from './sights.ts'
import { watchedAt } from './watched.ts'

/** Asks from every host at once, while the NICs of all are watched. */
export async function askSwitch(design: SwitchDesign, means: Means): Promise<Performed> {
  const { run, askers } = design
  const scripts = askers.map((asker) => scriptAsk(asker, run))
  const looks = askers.flatMap(({ host, nics }) =>
    facingAsks(
      host,
      nics.devices.map(({ name }) => name),
    ),
  )
  const { done, answers } = await whileCapturing(capturesOf(design), { ...means, answerMs: HEARD_MS }, () =>
    means.bench.ask([...scripts, ...looks]),
  )
  const asked = done.slice(0, scripts.length)
  const captures = byKey(answers)
  const known = {
    watched: new Map(askers.map((asker) => [asker.host, watchedAt(asker, run, captures)])),
    scripts: new Map(asked.map((answer) => [answer.ask.host, answer])),
    read: done.slice(scripts.length),
  }
  return {
    states: askedSwitch,
    answers: [...done.filter((answer) => !isWithoutLldp(answer)), ...answers],
    result: {
      ...{ id: 'ask-the-switch', run, network: askedVlan(design, known, 'network') },
      ...(design.control === undefined ? {} : { control: askedVlan(design, known, 'control') }),
    },
  }
}

/** Most hosts do not run lldpd: that is no failure. */
const isWithoutLldp = ({ ask, failure }: Answer) => ask.argv[0] === 'lldpctl' && failure?.reason === 'not installed'

export const capturesOf = ({ askers, run }: SwitchDesign): readonly Ask[] =>
  askers.flatMap(({ nics }) => nics.devices.map((device) => captureWith(filterOf(run), device, run)))

/** Where all that was sent as the VM passed from NIC to NIC with the right tag, the switch need not be asked. */
export function isAnswered(done: readonly Experiment[], { vlan }: SwitchDesign): boolean {
  const asVm = done.find((e) => e.id === 'as-the-vm')
  const nics = asVm?.trips.flatMap((t) => t.passages.filter((p) => p.station === 'NIC')) ?? []
  return nics.length > 0 && nics.every((p) => p.state === 'seen' && p.first?.vlan === vlan)
}
