import type { Ask } from '../../core/answer.ts'
import { askKey, byKey } from '../../core/transport.ts'
import { type Means, whileCapturing } from '../captures.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import type { Performed } from '../prepare.ts'
import type { Design } from './design.ts'
import { guestOf } from './guest.ts'
import { looksOf } from './looks.ts'
import { placesOf } from './routes.ts'
import { sendAll, sendingsOf } from './send.ts'
import { strangersOf } from './strangers.ts'
import { tripsOf } from './trips.ts'

/** Captures everywhere at once, sends, and puts together what was seen. */
export async function perform(design: Design, means: Means): Promise<Performed> {
  const { done, answers } = await whileCapturing(capturesOf([design]), means, () => sendAll([design], means.bench))
  const sent = done(design)
  const sendings = sendingsOf(sent, design)
  const looks = looksOf(design, byKey(answers))
  return {
    result: {
      id: 'as-the-vm',
      run: design.run,
      sent: sendings,
      trips: tripsOf(design, sendings, looks),
      strangers: strangersOf(design, looks),
      guest: guestOf(design, looks),
    },
    states: sentAsVm,
    answers: [...sent, ...answers],
  }
}

/** Each capture once, of however many VMs it is. */
export const capturesOf = (designs: readonly Design[]): readonly Ask[] => [
  ...new Map(
    designs
      .flatMap(({ routes, capture }) => placesOf(routes).flatMap((place) => place.devices.map(capture)))
      .map((ask) => [askKey(ask), ask]),
  ).values(),
]
