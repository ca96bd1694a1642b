import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { diskSpace } from '../../probes/host/disk.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { dhcpService } from '../../probes/wiring/dhcp-service.ts'
import { isServed } from '../applies.ts'
import { byHand, restartDhcpAgent } from '../remedies.ts'

export default defineCause({
  id: 'disk-full',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  scope: ['port', 'network on host', 'host'],
  applies: isServed,
  needs: { service: dhcpService, disk: maybe(diskSpace), agent: dhcpAgent },
  explainedBy: ['subnet-dhcp-disabled', 'dhcp-network-unscheduled'],

  check({ service, disk, agent }) {
    if (service.serves) return ruledOut(...service.evidence)
    if (!disk.ok) return unknown(disk.problem)
    const { blocks, inodes, directory, mount } = disk.fact
    const full = blocks.free === 0 ? blocks : inodes?.free === 0 ? inodes : undefined
    if (!full) return ruledOut(blocks.source, ...(inodes ? [inodes.source] : []))
    const detail = { directory, mount, of: full === blocks ? 'space' : 'inodes', unit: agent.unit } as const
    return found(detail, 'certain', full.source, ...service.evidence)
  },

  fix: ({ mount, unit }, { host }) => [
    byHand(
      host,
      `Make room on ${mount} (old logs, core dumps, forgotten images): du -xh --max-depth=2 ${mount} | sort -h | tail shows what is large.`,
      `清理 ${mount}（旧日志、core dump、遗留镜像）：du -xh --max-depth=2 ${mount} | sort -h | tail 可以看出谁占得多。`,
    ),
    {
      ...restartDhcpAgent(
        host,
        unit,
        'once there is room, it writes the files of all its networks again.',
        '有空间之后，它会重写所有网络的文件。',
      ),
      follows: 'at once',
    },
  ],

  // The agent's folder on a file system of its own that is full; the VM is one that came after.
  fault: ({ agent }, { host, subject }) => {
    const folder = '/var/lib/neutron/dhcp'
    const aside = '/run/oldhand-dhcp'
    const fill = `cp -a ${folder} ${aside} && mount -t tmpfs -o size=1m,mode=755 tmpfs ${folder} && cp -a ${aside}/. ${folder}/ && rm -rf ${aside}; dd if=/dev/zero of=${folder}/filler bs=4k 2>/dev/null; mountpoint -q ${folder}`
    return [
      { on: host, run: ['true'], undo: ['systemctl', 'restart', agent.unit] },
      {
        on: host,
        run: ['sed', '-i', `/${subject.port.mac}/d`, `${folder}/${subject.network.id}/host`],
        undo: ['true'],
      },
      { on: host, run: ['sh', '-c', fill], undo: ['umount', '-l', folder] },
      { on: host, run: ['pkill', '-HUP', '-f', `dnsmasq.*${subject.network.id}`], undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: "The disk with the DHCP agent's files is full",
      why: 'The agent tells dnsmasq of new ports through files; on a full disk they stay as they were, or come out empty.',
      says: (d) =>
        `${d.mount} has no ${d.of === 'space' ? 'space' : 'inodes'} left, and the agent writes to ${d.directory} there.`,
    },
    zh: {
      title: 'DHCP agent 所用的磁盘已满',
      why: 'agent 通过文件把新端口告诉 dnsmasq；磁盘满了，文件就停留在旧内容，或者写成空文件。',
      says: (d) => `${d.mount} 的${d.of === 'space' ? '空间' : ' inode'}已用尽，而 agent 要写其中的 ${d.directory}。`,
    },
  },
})
