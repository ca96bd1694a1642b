import type { Switch } from '../../src/openflow/bridge.ts'
import type { Step, Why } from '../../src/openflow/trace/step.ts'
import type { Output } from './datapath.ts'
import { type Ours, traceOurs } from './ours.ts'
import type { Packet } from './packet.ts'
import type { RealTrace, Visit } from './real-trace.ts'

/**
 * What is compared of a trace: which flows it met, and what left by which port with which headers. Both sorted: in
 * which order a switch floods is nobody's promise.
 */
export interface Compared {
  readonly matched: readonly string[]
  readonly outputs: readonly string[]
}

export const ofReal = (real: RealTrace): Compared => ({
  matched: real.matched.map(printVisit).toSorted(),
  outputs: printOutputs(real.outputs),
})

export const ofOurs = (ours: Ours): Compared => ({
  matched: ours.matched.map(printVisit).toSorted(),
  outputs: printOutputs([
    ...ours.outputs,
    ...(ours.trace.controller ? [{ kind: 'controller', reason: 0, packet: { vlans: [], fields: {} } } as const] : []),
  ]),
})

/** A flow that both met, or would have: what a trace of ours is not sure of is not compared. */
export const isSure = (ours: Ours): boolean => ours.trace.sure

const printVisit = (visit: Visit): string =>
  `${visit.bridge} ${visit.table} ${'miss' in visit ? 'miss' : visit.priority}`

function printOutputs(outputs: readonly Output[]): readonly string[] {
  const flat = outputs.flatMap((output) => (output.kind === 'by length' ? [...output.more, ...output.else] : [output]))
  const lines = flat.flatMap((output) => printOutput(output))
  return lines.filter((line, i) => line !== 'controller' || lines.indexOf(line) === i).toSorted()
}

/** Whether a controller hears of a miss depends on who is connected at that moment: OFPR_IMPLICIT_MISS. */
const IMPLICIT_MISS = 7

function printOutput(output: Output): readonly string[] {
  switch (output.kind) {
    case 'port':
      return [
        `${output.port} ${printPacket(output.packet)}${output.tunnel ? ` ${output.tunnel.id}>${output.tunnel.dst}` : ''}`,
      ]
    case 'controller':
      return output.reason === IMPLICIT_MISS ? [] : ['controller']
    case 'underlay':
      return []
    case 'by length':
      return printOutputs([output])
    case 'userspace':
      return [`userspace ${output.text}`]
    case 'not followed':
      return ['not followed']
  }
}

const ZERO = /^(0|0\.0\.0\.0|::|00:00:00:00:00:00|no)$/
/** No action changes these, and a real trace prints them or not. */
const FIXED = new Set(['nw_frag', 'tcp_flags'])

/** Only the first fragment has these; a real trace prints what it was asked with, in part. */
const IN_FIRST = /^(tp|icmp|nd)_/

function printPacket({ vlans, fields }: Packet): string {
  const words = Object.entries(fields).filter(
    ([name, value]) => !FIXED.has(name) && !ZERO.test(value) && !(fields['nw_frag'] === 'later' && IN_FIRST.test(name)),
  )
  const tags = vlans.map((tag) => `${tag.tpid.toString(16)}:${tag.vid}:${tag.pcp}`)
  return [...tags, ...words.map(([name, value]) => `${name}=${value}`).toSorted()].join(',')
}

/**
 * The one known difference. Open vSwitch forgets to take back what a tunnel port put into the packet where the port
 * then sends nothing (it would be to the own address), and the datapath keeps the destination of the tunnel before
 * where a port's own is not set. What is sent then depends on the order in which ports were flooded to.
 */
const tunnelsLeak = ({ trace }: Ours): boolean =>
  trace.outputs.some((output) => output.tunnel?.remote === '') || mentions(trace.steps, 'own-tunnel-address')

const mentions = (steps: readonly Step[], why: Why): boolean =>
  steps.some((step) => (step.kind === 'end' ? step.why === why : 'steps' in step && mentions(step.steps, why)))

const withoutTunnels = ({ matched, outputs }: Compared): Compared => ({
  matched,
  outputs: outputs.filter((line) => !/^(vx|gnv|gre|port )\d+ /.test(line)),
})

export const compare = (
  bridges: Switch,
  real: RealTrace,
  { bridge, flow, ctNext }: { readonly bridge: string; readonly flow: string; readonly ctNext: readonly string[] },
): { readonly ours: Ours; readonly expected: Compared; readonly got: Compared } => {
  const ours = traceOurs(bridges, bridge, flow, ctNext)
  const [expected, got] = [ofReal(real), ofOurs(ours)]
  return tunnelsLeak(ours)
    ? { ours, expected: withoutTunnels(expected), got: withoutTunnels(got) }
    : { ours, expected, got }
}
