import type { UnderlayTried } from '../../core/underlay-tried.ts'
import { derived, type Parsed, problem } from '../../core/probe.ts'

/** What pings between the ends of the tunnels have shown. Given where somebody has tried it, like `sent-as-vm`. */
export const underlayTried = derived({
  id: 'underlay-tried',
  needs: {},
  derive: (): Parsed<UnderlayTried> =>
    problem('nothing was sent between the tunnel addresses (--prove)', '没有在隧道地址之间发送报文（--prove）'),
})
