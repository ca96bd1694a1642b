import type { FromTheDhcpNamespace } from '../../core/from-the-dhcp-namespace.ts'
import { derived, type Parsed, problem } from '../../core/probe.ts'

/** What was tried from inside the DHCP namespaces. Given where somebody has tried it, like `sent-as-vm`. */
export const fromTheDhcpNamespace = derived({
  id: 'from-the-dhcp-namespace',
  needs: {},
  derive: (): Parsed<FromTheDhcpNamespace> =>
    problem('nothing was sent from the DHCP namespaces (--prove)', '没有从 DHCP namespace 发送报文（--prove）'),
})
