import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { dhcpNamespace } from '../../core/subject.ts'
import { dhcpNs } from './namespace.ts'

/** Whether the name of the network's DHCP namespace is a file behind which there is no namespace. */
export interface Hollow {
  readonly is: boolean
  readonly evidence: readonly Evidence[]
}

/** iproute2, lib/namespace.c; setns(2): EINVAL where the file is not one of a network namespace. */
const REFUSAL = /^setting the network namespace ".{1,100}" failed: Invalid argument/

/** By two of the questions about the namespace. */
export const hollowNamespace = hostProbe<Hollow, Record<never, never>>({
  id: 'hollow-namespace',
  asks: (context) => dhcpNs.asks(context).slice(0, 2),
  parse: ([names, inside], { subject }): Parsed<Hollow> =>
    fromAnswer(names, (listing): Parsed<Hollow> => {
      const name = dhcpNamespace(subject.network)
      const line = linesOf(listing.stdout).find((l) => l.trim() === name)
      const listed = reading(name, line ?? linesOf(listing.stdout)[0] ?? '', originOf(listing))
      const refusal = linesOf(inside?.stderr ?? '').find((l) => REFUSAL.test(l))
      if (line !== undefined && inside && refusal !== undefined)
        return fact({ is: true, evidence: [listed, reading(refusal, refusal, originOf(inside))] })
      if (line === undefined) return fact({ is: false, evidence: [listed] })
      return fromAnswer(inside, () => fact<Hollow>({ is: false, evidence: [listed] }))
    }),
})
