import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'

/** Whether Open vSwitch hands flows to the NIC (`other_config:hw-offload`): what the NIC forwards, no capture sees. */
export const offload = hostProbe<boolean, Record<never, never>>({
  id: 'hw-offload',
  asks: ({ host }) => [{ host, root: true, argv: offloadCommand }],
  parse: ([answer]): Parsed<boolean> => fromAnswer(answer, (a) => fact(a.stdout.trim().replaceAll('"', '') === 'true')),
})

export const offloadCommand = [
  ...['ovs-vsctl', '--timeout=8', '--if-exists'],
  ...['get', 'Open_vSwitch', '.', 'other_config:hw-offload'],
]
