import type { AsTheVm } from '../../core/experiment.ts'
import { derived, type Parsed, problem } from '../../core/probe.ts'

/** What was seen of the packets that were sent as the VM. Nobody computes it: it is given where somebody has proven it. */
export const sentAsVm = derived({
  id: 'sent-as-vm',
  needs: {},
  derive: (): Parsed<AsTheVm> =>
    problem('no packet was sent as the VM (--prove)', '没有以虚拟机身份发送报文（--prove）'),
})
