import { say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { deviceIn, NAME, UUID } from './names.ts'
import type { Kind } from './operation.ts'

const PLUG = new RegExp(
  `^ovs-vsctl -- --may-exist add-port (${NAME}) (${NAME}) -- set Interface (${NAME}) ` +
    `external_ids:iface-id=${UUID} external_ids:attached-mac="[0-9a-f:]{17}" external_ids:iface-status=active external_ids:vm-uuid=${UUID}$`,
)
const UNPLUG = new RegExp(`^ovs-vsctl -- del-port (${NAME}) (${NAME})$`)

/** The tap of a VM into br-int, with what tells the agent whose it is (os-vif, vif_plug_ovs/ovsdb/ovsdb_lib.py); and out of it again. */
export const plugTap: Kind = (run) => {
  const text = run.join(' ')
  const [, bridge, tap, again] = PLUG.exec(text) ?? UNPLUG.exec(text) ?? []
  if (bridge === undefined || tap === undefined || run.some((word) => word.includes(' '))) return undefined
  const isIn = again !== undefined
  if (isIn && tap !== again) return undefined
  return {
    touches: say(`the ports of ${bridge}, and ${tap}`, `${bridge} 的端口和 ${tap}`),
    looks: [
      // 1: it is in no bridge.
      { root: true, argv: ['ovs-vsctl', '--timeout=8', 'iface-to-br', tap], okExits: [0, 1] },
      { argv: ['ip', '-j', 'addr', 'show', 'dev', tap] },
    ],
    state: ([home = '', shown = '']) => {
      if (!deviceIn(shown)) return problem(`there is no device ${tap}`, `没有设备 ${tap}`)
      return fact(home.trim())
    },
    isDone: (now) => now === (isIn ? bridge : ''),
    undo: (before) => (isIn && before === '' ? ['ovs-vsctl', '--', 'del-port', bridge, tap] : undefined),
    forbids: (before) =>
      before === '' || before === bridge ? undefined : say(`${tap} belongs to ${before}.`, `${tap} 属于 ${before}。`),
  }
}
