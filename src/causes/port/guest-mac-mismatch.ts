import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { apiPort } from '../../probes/api/port.ts'
import { links } from '../../probes/host/links.ts'
import { type Arrived, arrived } from '../../probes/ovs/datapath.ts'
import { type AntiSpoofing, antiSpoofing } from '../../probes/wiring/anti-spoofing.ts'
import { type Sighting, vmSpoke } from '../../probes/wiring/heard.ts'
import { attachedVif } from '../../probes/wiring/vif.ts'
import { byHand } from '../remedies.ts'

/** A guest whose own MAC passed this short a time ago only has others behind it (a bridge, VRRP). Seconds. */
const RECENT = 30
/** What was seen longer ago tells nothing of now. Seconds. */
const FRESH = 300

export default defineCause({
  id: 'guest-mac-mismatch',
  at: 'compute',
  stops: { station: 'guest port', heading: 'out' },
  scope: ['port'],
  needs: { vif: attachedVif, guard: antiSpoofing, arrived, links, spoke: vmSpoke, port: maybe(apiPort) },
  explainedBy: [],

  check({ vif: v, guard, arrived: seen, links: all, spoke, port }, { subject }) {
    const [allowed] = guard.allow
    if (!allowed) {
      const isFree = port.ok && port.fact.portSecurity === false
      return isFree
        ? ruledOut(port.fact.cite('port_security_enabled'))
        : unknown('br-int has no flow for the MAC of this port', 'br-int 上没有针对该端口 MAC 的流表')
    }
    // The host's own devices speak through the firewall bridge too.
    const hosts = new Set([...all.byName.values()].flatMap((link) => link.mac ?? []))
    const foreign = seen
      .filter((a) => a.dropped && !guard.macs.has(a.mac) && !hosts.has(a.mac))
      .toSorted((a, b) => (a.age ?? 0) - (b.age ?? 0))[0]
    const own = lastOwn(spoke, seen, guard)
    if (own && own.age <= (foreign ? RECENT : FRESH)) return ruledOut(own.source)
    const detail = { device: v.iface.name, port: subject.port.mac, foreign: foreign?.mac }
    const because = [...(port.ok ? [port.fact.cite('mac_address')] : []), allowed.source]
    if (foreign) return found(detail, own && own.age <= FRESH ? 'likely' : 'certain', foreign.source, ...because)
    const { refuse } = guard
    const isRefusing = (refuse?.packets ?? 0) > 0 && (refuse?.idle ?? FRESH) < FRESH
    // Something of the guest is refused while nothing passes: what, the counter does not tell.
    if (refuse && isRefusing && !own) return found(detail, 'possible', refuse.source, ...because)
    return unknown(
      'nothing came from the guest in the last seconds: its MAC was not seen',
      '最近几秒虚拟机没有发出报文，看不到它使用的 MAC',
    )
  },

  fix: ({ port, foreign }, { host, subject }) => [
    byHand(
      host,
      `In the guest: give its NIC the MAC ${port} again (a cloned MAC in its network configuration, an image with a fixed one).`,
      `在虚拟机内把网卡 MAC 改回 ${port}（检查网络配置里克隆的 MAC，或镜像里写死的 MAC）。`,
    ),
    ...(foreign === undefined ? [] : [allow(foreign, subject)]),
  ],

  fault: ({ vif: v }, { subject }) => {
    const set = (mac: string) => ['ip', 'link', 'set', 'dev', 'eth0', 'address', mac]
    const mac = v.iface.externalIds.get('attached-mac') ?? subject.port.mac
    return [{ on: `guest:${subject.name}`, run: set('fa:16:3e:00:00:99'), undo: set(mac) }]
  },

  words: {
    en: {
      title: "The guest sends from another MAC than its port's",
      why: 'A port may send from its own addresses only: the firewall drops all else, DHCP requests too.',
      says: (d) =>
        d.foreign === undefined
          ? `The firewall drops what comes from ${d.device}, and nothing from ${d.port} passes.`
          : `${d.device} sends from ${d.foreign}, which is dropped; the port's MAC is ${d.port}.`,
    },
    zh: {
      title: '虚拟机使用的 MAC 与端口的 MAC 不一致',
      why: '端口只允许用自己的地址发送，其余报文（包括 DHCP 请求）都被防火墙丢弃。',
      says: (d) =>
        d.foreign === undefined
          ? `${d.device} 发出的报文被防火墙丢弃，没有来自 ${d.port} 的报文通过。`
          : `${d.device} 发出的报文源 MAC 是 ${d.foreign}，被丢弃；端口的 MAC 是 ${d.port}。`,
    },
  },
})

/** The last frame from a MAC that the port may use, by whatever remembers one. */
function lastOwn(spoke: Sighting | undefined, seen: readonly Arrived[], { macs, allow }: AntiSpoofing) {
  const passed = seen.filter((a) => !a.dropped && macs.has(a.mac)).map((a) => ({ age: a.age ?? 0, source: a.source }))
  const counted = allow.flatMap((f) =>
    (f.packets ?? 0) > 0 && f.idle !== undefined ? [{ age: f.idle, source: f.source }] : [],
  )
  return [...(spoke ? [spoke] : []), ...passed, ...counted].toSorted((a, b) => a.age - b.age)[0]
}

function allow(
  foreign: string,
  { port }: { readonly port: { readonly id: string; readonly fixedIps: readonly { readonly ip: string }[] } },
) {
  const pair = `mac-address=${foreign},ip-address=${port.fixedIps[0]?.ip ?? '<IP>'}`
  return {
    on: 'api',
    risk: 'none' as const,
    run: ['openstack', 'port', 'set', '--allowed-address', pair, port.id],
    undo: ['openstack', 'port', 'unset', '--allowed-address', pair, port.id],
    say: say('Or, where the MAC is meant to be so: allow it.', '如果确实要使用这个 MAC：放行它。'),
  }
}
