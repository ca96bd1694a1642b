import { say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { isRecord, json } from '../../core/scan.ts'
import { deviceIn, isName } from './names.ts'
import type { Kind } from './operation.ts'

/** What of a NIC and its bridge decides. */
interface State {
  /** The bridge that has the NIC; '' for none. */
  readonly in: string
  /** Devices of the wanted bridge that lead to a wire. */
  readonly wires: readonly string[]
  /** Global addresses of the NIC. */
  readonly addresses: readonly string[]
  /** The bond or Linux bridge that has it; '' for none. */
  readonly master: string
}

/** `ovs-vsctl --may-exist add-port BRIDGE NIC`, and `ovs-vsctl del-port BRIDGE NIC`, which takes it back. */
export const bridgePort: Kind = (run) => {
  const isAdd = run[1] === '--may-exist' && run[2] === 'add-port'
  if (run[0] !== 'ovs-vsctl' || !(isAdd || run[1] === 'del-port') || run.length !== (isAdd ? 5 : 4)) return undefined
  const [bridge = '', nic = ''] = run.slice(-2)
  if (!isName(bridge) || !isName(nic)) return undefined
  const vsctl = ['ovs-vsctl', '--timeout=8']
  const parsed = (state: string) => JSON.parse(state) as State
  return {
    touches: say(`the ports of ${bridge}, and ${nic}`, `${bridge} 的端口和网卡 ${nic}`),
    looks: [
      // 1: it is in no bridge.
      { root: true, argv: [...vsctl, 'iface-to-br', nic], okExits: [0, 1] },
      { root: true, argv: [...vsctl, 'list-ifaces', bridge] },
      { root: true, argv: [...vsctl, '--format=json', '--columns=name,type', 'list', 'Interface'] },
      { argv: ['ip', '-j', 'addr', 'show', 'dev', nic] },
    ],
    state: ([home = '', ports = '', types = '', shown = '']) => {
      const link = linkOf(shown)
      if (!link) return problem(`there is no device ${nic}`, `没有网卡 ${nic}`)
      const virtual = virtualOf(types)
      const wires = ports.split(/\s+/).filter((name) => name !== '' && name !== nic && !virtual.has(name))
      return fact(JSON.stringify({ in: home.trim(), wires, ...link } satisfies State))
    },
    isDone: (now) => (parsed(now).in === bridge) === isAdd,
    undo: (before) => {
      if (!isAdd) return ['ovs-vsctl', '--may-exist', 'add-port', bridge, nic]
      return parsed(before).in === '' ? ['ovs-vsctl', 'del-port', bridge, nic] : undefined
    },
    forbids: (before) => {
      if (!isAdd) return undefined
      const { in: home, wires, addresses, master } = parsed(before)
      const holder = home || master
      if (holder !== '' && holder !== bridge) return say(`${nic} belongs to ${holder}.`, `${nic} 属于 ${holder}。`)
      if (addresses.length > 0)
        return say(
          `${nic} has the address ${addresses.join(', ')}: in a bridge it would be lost, and perhaps the host with it.`,
          `${nic} 上有地址 ${addresses.join('、')}：加入网桥后会失效，主机可能因此失联。`,
        )
      if (wires.length === 0) return undefined
      return say(
        `${bridge} has ${wires.join(', ')} already: a second NIC would make a loop.`,
        `${bridge} 上已有 ${wires.join('、')}：再加一块网卡会形成环路。`,
      )
    },
  }
}

function linkOf(text: string): Pick<State, 'addresses' | 'master'> | undefined {
  const link = deviceIn(text)
  if (!link) return undefined
  const all = Array.isArray(link.addr_info) ? (link.addr_info as readonly unknown[]) : []
  const global = all.filter(isRecord).filter(({ scope }) => scope !== 'link')
  const master = typeof link.master === 'string' && link.master !== 'ovs-system' ? link.master : ''
  return { addresses: global.map(({ local }) => String(local)), master }
}

/** Interfaces that lead to no wire. */
function virtualOf(text: string): ReadonlySet<string> {
  const table = json(text)
  const rows = isRecord(table) && Array.isArray(table.data) ? (table.data as readonly unknown[][]) : []
  const wired = new Set<unknown>(['', 'system', 'dpdk'])
  return new Set(rows.filter(([, type]) => !wired.has(type)).map(([name]) => String(name)))
}
