import { say } from '../../../core/lang.ts'
import { problem } from '../../../core/probe.ts'
import type { Kind } from '../operation.ts'
import { bridgeOf, FILE, MAPPING, type Mappings, mappingsIn, physicalNetworkOf, reading } from './file.ts'
import { backupOf, editScript } from './script.ts'

const MAP = new RegExp(`^crudini --set --list (${FILE}) ovs bridge_mappings (${MAPPING})$`)
const RESTORE = new RegExp(`^mv -fT (${FILE})\\.oldhand-([0-9a-f]{12}) (${FILE})$`)
/** Of the agent itself: mapped to one of them, a physical network would be joined to every VM. */
const OWN = new Set(['br-int', 'br-tun'])

/**
 * `crudini --set --list FILE ovs bridge_mappings PHYSICAL-NETWORK:BRIDGE`, made by a script of our own. A name that no
 * network has gives its bridge up: it was misspelt, and the agent takes no bridge twice.
 */
export const mapBridge: Kind = (run) => {
  const [, file = '', , , entry = ''] = MAP.exec(run.join(' ')) ?? []
  if (entry === '' || run.length !== 7) return undefined
  const base = reading(file)
  const bridge = bridgeOf(entry)
  return {
    ...base,
    looks: [...base.looks, { root: true, argv: ['ovs-vsctl', '--timeout=8', 'list-br'] }],
    state: (outputs) =>
      (outputs[base.looks.length] ?? '').split(/\s+/).includes(bridge)
        ? base.state(outputs)
        : problem(`there is no bridge ${bridge}`, `没有网桥 ${bridge}`),
    isDone: (now) => mappingsIn(now).entries.includes(entry),
    undo: (before) => ['mv', '-fT', backupOf(file, mappingsIn(before).sha256), file],
    forbids: (before) => refusal(mappingsIn(before), entry),
    becomes: (before) => changedLine(mappingsIn(before), entry),
    argv: (before) => {
      const { number, line, sha256 } = mappingsIn(before)
      const verb = line.startsWith('[') ? 'a' : 'c'
      const changed = changedLine(mappingsIn(before), entry)
      return ['sh', '-c', editScript, 'oldhand', file, sha256, String(number), verb, ...changed.split(' ')]
    },
  }
}

/** `mv -fT FILE.oldhand-SHA256 FILE`: the very file that was there before. */
export const restoreFile: Kind = (run) => {
  const [, file = '', , , sha256 = '', again] = RESTORE.exec(run.join(' ')) ?? []
  if (file === '' || file !== again || run.length !== 4) return undefined
  return {
    ...reading(file),
    isDone: (now) => mappingsIn(now).sha256.startsWith(sha256),
    undo: () => undefined,
  }
}

const changedLine = ({ entries }: Mappings, entry: string) =>
  `bridge_mappings = ${[...entries.filter((each) => bridgeOf(each) !== bridgeOf(entry)), entry].join(',')}`

function refusal({ entries, unused }: Mappings, entry: string) {
  const [name, bridge] = [physicalNetworkOf(entry), bridgeOf(entry)]
  const known = entries.find((each) => physicalNetworkOf(each) === name)
  if (known !== undefined)
    return say(
      `${known} is there already: the agent has not read it since, restart it.`,
      `配置中已有 ${known}：只是 agent 还没有重新读取，重启 agent 即可。`,
    )
  if (OWN.has(bridge)) return say(`${bridge} is the agent's own bridge.`, `${bridge} 是 agent 自己的网桥。`)
  const other = entries
    .map((each) => ({ of: physicalNetworkOf(each), to: bridgeOf(each) }))
    .find(({ to }) => to === bridge)
  if (!other || unused.includes(other.of)) return undefined
  return say(
    `${bridge} is the bridge of ${other.of}, which has networks: it would join the two.`,
    `${bridge} 是 ${other.of} 的网桥，且该物理网络上有网络：会把两个二层网络连在一起。`,
  )
}
