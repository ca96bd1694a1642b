import { fromAnswer } from '../../core/parse-answers.ts'
import { derived, fact, hostProbe, maybe, type Parsed, problem } from '../../core/probe.ts'
import { parseAddresses } from '../dhcp/namespace.ts'
import { type OvsBridge, type OvsInterface, ovsdb } from '../ovs/ovsdb.ts'
import { isWire } from './provider.ts'
import { tunnel } from './tunnel.ts'

const localIp = (ports: readonly OvsInterface[]) => ports.flatMap((p) => p.options.get('local_ip') ?? [])[0]

/** The device that has the tunnels' local address. */
const vtepDevice = hostProbe({
  id: 'vtep-device',
  after: { tunnel },
  asks({ host, prior }) {
    const ip = localIp(prior.tunnel.ports)
    return ip === undefined ? [] : [{ host, argv: ['ip', '-o', 'addr', 'show', 'to', ip] }]
  },
  parse: ([answer]): Parsed<string> =>
    fromAnswer(answer, (a) => {
      const [first] = parseAddresses(a)
      return first
        ? fact(first.device)
        : problem('no device has the local address of the tunnels', '没有网卡配置隧道的本地地址')
    }),
})

/** Devices by which tunnelled packets leave a host. */
export interface Underlay {
  readonly devices: readonly string[]
  /** Destination port of VXLAN. */
  readonly port: number
}

export const underlay = derived({
  id: 'underlay',
  needs: { tunnel, device: vtepDevice, ovsdb: maybe(ovsdb) },
  derive({ tunnel: t, device, ovsdb: db }): Parsed<Underlay> {
    const bridge = db.ok ? db.fact.bridges.find((b) => b.name === device) : undefined
    return fact({
      devices: bridge ? wiresOf(bridge) : [device],
      port: Number(t.ports.flatMap((p) => p.options.get('dst_port') ?? [])[0] ?? VXLAN),
    })
  },
})

/** Assigned by IANA. */
const VXLAN = 4789

const wiresOf = (bridge: OvsBridge) =>
  bridge.ports.filter((port) => isWire(port, bridge.name)).flatMap((port) => port.interfaces.map((i) => i.name))
