import { FILE, MAPPING, SHOWN } from './catalogue/option/file.ts'
import { editScript } from './catalogue/option/script.ts'

/** How long a command of a repair may take on the host. Seconds. */
export const ACT_SECONDS = 90

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,14}'
const UNIT =
  '(neutron-[A-Za-z0-9_-]+|openvswitch[A-Za-z0-9_-]*|ovs-[A-Za-z0-9_-]+|ovsdb-server|devstack@(q|neutron)-[A-Za-z0-9_-]+)\\.service'
const NAMESPACE = 'q(dhcp|router)-[A-Za-z0-9-]{1,64}'
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
// One word, and no option: flows and values are written without spaces.
const WORD = '[^ -][^ ]*'
const CELLS = `(set (Bridge ${NAME} fail_mode=[a-z]+|Port ${NAME}( (tag|vlan_mode|trunks)=${WORD})+|Interface ${NAME}( options(:[a-z_]+)?=${WORD})+)|clear (Bridge ${NAME} fail_mode|Port ${NAME}( (tag|vlan_mode|trunks))+|Interface ${NAME} options))`

const MAPPINGS = `${MAPPING}(,${MAPPING})*`
/** A script of our own, word for word. */
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What the catalogue changes as root, as regular expressions over a command and its words. */
const acts: readonly string[] = [
  `systemctl (start|restart|stop) ${UNIT}`,
  `ovs-ofctl add-flow ${NAME} ${WORD}`,
  `ovs-ofctl --strict del-flows ${NAME} ${WORD}`,
  `ovs-vsctl (-- )?${CELLS}( -- ${CELLS})*`,
  `ovs-vsctl --may-exist add-port ${NAME} ${NAME}`,
  `ovs-vsctl -- --may-exist add-port ${NAME} ${NAME} -- set Interface ${NAME} external_ids:iface-id=${UUID} external_ids:attached-mac="[0-9a-f:]{17}" external_ids:iface-status=active external_ids:vm-uuid=${UUID}`,
  `ovs-vsctl (-- )?del-port ${NAME} ${NAME}`,
  `(ip netns exec ${NAMESPACE} )?ip link set ${NAME} (up|down)`,
  `ip link set ${NAME} mtu [1-9][0-9]{2,4}`,
  `ip netns delete qdhcp-[A-Za-z0-9-]{1,64}`,
  `sh -c ${literal(editScript)} oldhand ${FILE} [0-9a-f]{64} [0-9]+ [ac] bridge_mappings = ${MAPPINGS}`,
  `mv -fT ${FILE}\\.oldhand-[0-9a-f]{12} ${FILE}`,
]

/** What it reads as root to know what is there. */
const looks: readonly string[] = [
  `ovs-ofctl --timeout=8 dump-flows ${NAME}`,
  `ovs-vsctl --timeout=8 --format=json --columns=[a-z_]+ list (Bridge|Port|Interface) ${NAME}`,
  `ovs-vsctl --timeout=8 (iface-to-br|list-ifaces) ${NAME}`,
  'ovs-vsctl --timeout=8 --format=json --columns=name,type list Interface',
  'ovs-vsctl --timeout=8 list-br',
  `grep -nE ${literal(SHOWN)} ${FILE}`,
  `sha256sum ${FILE}`,
  `ip netns exec ${NAMESPACE} ip -j link show dev ${NAME}`,
]

/**
 * A sudoers file for repairs, apart from the one for diagnoses: who has only that one cannot repair.
 * Regular expressions need sudo 1.9.10; a `*` of older ones would also match spaces, and so further options.
 */
export function repairSudoers(user: string): string {
  const line = (seconds: number) => (words: string) => `    /usr/bin/timeout ^-k 1 ${seconds} ${words}$`
  const lines = [...acts.map(line(ACT_SECONDS)), ...looks.map(line(10))]
  return [
    '# Made by `oldhand sudoers --repair`: what `oldhand fix` and `oldhand undo` run as root. IT CHANGES HOSTS.',
    '# 由 `oldhand sudoers --repair` 生成：oldhand fix 和 oldhand undo 需要 root 的命令，会修改主机。',
    '# Beside the file for diagnoses, for those who may repair · 与诊断用的文件分开，只给允许做修复的用户',
    '# Needs sudo 1.9.10 · 需要 sudo 1.9.10 及以上',
    '# Install with · 安装方法: visudo -cf FILE && install -m 0440 FILE /etc/sudoers.d/oldhand-repair',
    `Cmnd_Alias OLDHAND_REPAIR = \\`,
    lines.map(escaped).join(', \\\n'),
    `${user} ALL=(root) NOPASSWD: OLDHAND_REPAIR`,
    '',
  ].join('\n')
}

/** In a regular expression sudoers(5) takes everything as it stands but its own separators. */
const escaped = (line: string) => line.replace(/(?<!\\)[,:=]/g, (c) => `\\${c}`)
