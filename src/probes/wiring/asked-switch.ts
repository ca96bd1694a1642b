import type { AskTheSwitch } from '../../core/ask-the-switch.ts'
import { derived, type Parsed, problem } from '../../core/probe.ts'

/** Whether the physical network carries the VLAN. Nobody computes it: it is given where somebody has asked. */
export const askedSwitch = derived({
  id: 'asked-switch',
  needs: {},
  derive: (): Parsed<AskTheSwitch> =>
    problem('the physical network was not asked (--prove)', '没有探测物理网络（--prove）'),
})
