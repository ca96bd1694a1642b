import { defineCause } from '../../core/cause.ts'
import { type AsTheVm, gapsOf } from '../../core/experiment.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { arrived } from '../../probes/ovs/datapath.ts'
import { guestSpoke } from '../../probes/wiring/heard.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { byHand } from '../remedies.ts'

/** A guest that spoke so short a time ago may be between two words. Seconds. */
const RECENT = 30
/** A question that is lost by chance proves nothing. */
const ENOUGH = 2

export default defineCause({
  id: 'guest-silent',
  at: 'compute',
  stops: { station: 'guest port', heading: 'out' },
  scope: ['port'],
  byProof: true,
  needs: { sent: sentAsVm, spoke: guestSpoke, arrived: maybe(arrived) },
  explainedBy: ['tap-admin-down', 'guest-mac-mismatch'],

  // An idle guest is quiet, and answers for its address all the same: only who is asked for it and does not is silent.
  check({ sent, spoke, arrived: seen }) {
    const { guest } = sent
    if (!guest.ok) return unknown(guest.problem)
    const { speaks, asked, because } = guest.fact
    if (speaks) return ruledOut(...because)
    if (asked < ENOUGH || !isAnswered(sent))
      return unknown('that its port is reached is not proven', '没有证明报文能到达它的端口')
    if (spoke && spoke.age <= RECENT) return unknown(`it spoke ${spoke.age} s ago`, `它 ${spoke.age} 秒前还发过报文`)
    if (seen.ok && seen.fact.length > 0)
      return unknown('something comes from its port, from another MAC', '它的端口上有其他 MAC 发出的报文')
    return found({ asked, age: spoke?.age }, 'likely', ...because, ...(spoke ? [spoke.source] : []))
  },

  fix: (_, { host, subject }) => [
    byHand(
      host,
      'Look into the guest (`openstack console log show`, `openstack console url show`): whether it has booted, sees its NIC, has set it up, and runs a DHCP client on it.',
      '看虚拟机内部（`openstack console log show`、`openstack console url show`）：是否启动完成、有没有网卡、网卡是否启用、有没有运行 DHCP 客户端。',
    ),
    byHand(
      host,
      `Listen while it boots: \`oldhand watch ${subject.name}\`, then reboot it.`,
      `监听它的启动过程：运行 \`oldhand watch ${subject.name}\`，然后重启虚拟机。`,
    ),
  ],

  words: {
    en: {
      title: 'The guest sends nothing',
      why: 'The network is ready for it: what is sent as the VM is answered, up to its port. The guest has not set up its NIC, or hangs.',
      says: (d) =>
        `${d.asked} ARP requests for its own address came to its port, and the guest answered none and sent nothing else${d.age === undefined ? '' : `; it last spoke ${d.age} s ago`}.`,
    },
    zh: {
      title: '虚拟机不发任何报文',
      why: '网络没有问题：以它的身份发送的报文能得到应答，并到达它的端口。是虚拟机没有配好网卡，或者卡死了。',
      says: (d) =>
        `有 ${d.asked} 个询问它自己地址的 ARP 请求到达了它的端口，虚拟机一个也没有应答，也没有发其他报文${d.age === undefined ? '' : `；它最后一次发包是 ${d.age} 秒前`}。`,
    },
  },
})

/** What is sent as the VM passes there and back, up to its port. */
const isAnswered = (sent: AsTheVm): boolean =>
  gapsOf(sent).length === 0 &&
  sent.trips.some(
    ({ direction, passages }) =>
      direction === 'reply' && passages.some((p) => p.station === 'guest port' && p.state === 'seen'),
  )
