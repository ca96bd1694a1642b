import { switchMethods } from '../core/ask-the-switch.ts'
import { neighbourAsk } from './ask-the-switch/facing.ts'
import { filterOf, macOf, scriptAsk } from './ask-the-switch/script.ts'
import { captureAll } from './as-siblings/design.ts'
import { familyOf } from './as-siblings/filter.ts'
import { captureAsk, captureWith } from './as-vm/capture.ts'
import { guestAsk, probeAsk, sendAsk } from './as-vm/design.ts'
import { filterOf as serverFilter, SINCE } from './from-the-dhcp-namespace/asks.ts'
import { pingAskInside } from './ping.ts'
import { logAsk } from '../probes/dhcp/dnsmasq-log.ts'
import { arpProbe, arpRequest, discover } from './as-vm/packets.ts'
import type { Device } from './as-vm/places.ts'
import { offloadCommand } from '../probes/ovs/offload.ts'
import { processesOf } from '../core/guard.ts'
import { sweepCommands } from './sweep.ts'

/** A command that is run as root, as an example: `any` are the parts of it that differ from run to run. */
interface Example {
  readonly argv: readonly string[]
  readonly any: readonly (readonly [text: string, kind: 'hexadecimal' | 'number' | 'name'])[]
}

// Values that nothing else in the commands looks like.
const MAC = 'fa:16:3e:a1:b2:c3'
const [IP, GATEWAY] = ['203.0.113.78', '203.0.113.77']
const XID = 'c0ffee42'
const DEVICE = 'sample0'
const OFPORT = 65432
/** What ping(8) is told, and what it adds. Bytes. */
const [SIZE, IP_AND_ICMP] = [54321, 28]
const NAMESPACE = 'qdhcp-00000000-0000-0000-0000-000000000000'

const any: Example['any'] = [
  [processesOf(XID).replace(/^.*=/, ''), 'hexadecimal'],
  ...[MAC, 'fa163ea1b2c3', 'fa163ea1', 'b2c3', XID, familyOf(XID), 'cb00714e', 'cb00714d'].map(
    (text) => [text, 'hexadecimal'] as const,
  ),
  [DEVICE, 'name'],
  [String(OFPORT), 'number'],
  [String(SIZE), 'number'],
]

/** Everything that experiments run as root, for a sudoers file: these captures and these frames, and nothing else. */
export function rootCommandsOfProof(): readonly Example[] {
  const at = { host: '', bridge: 'br-int', ofport: OFPORT }
  const frames = [...[0, 1, 2].map((round) => discover(MAC, XID, round)), arpRequest(MAC, IP, GATEWAY)]
  const asks = [
    ...frames.map((frame) => sendAsk(at, [], frame)),
    probeAsk(at, [], arpProbe(MAC, IP)),
    guestAsk(at, [], arpRequest(MAC, GATEWAY, IP, MAC)),
  ]
  const all = [offloadCommand, ...devices.flatMap(capturesAt), ...asks.map(({ argv }) => argv), ...sweepCommands(XID)]
  return [
    ...[...all, ...ofTheDhcpNamespace()].map((argv) => ({ argv, any })),
    ...ofTheSwitch().map((argv) => ({ argv, any: anyOfTheSwitch })),
  ]
}

/** The server asked at its own port, what is seen and pinged there, and what it has logged of it. */
function ofTheDhcpNamespace(): readonly Example['argv'][] {
  const at = { host: '', bridge: 'br-int', ofport: OFPORT }
  return [
    ...[0, 1, 2].map((round) => guestAsk(at, [], discover(MAC, XID, round)).argv),
    captureWith(serverFilter(MAC, XID), { host: '', name: DEVICE, netns: NAMESPACE }, XID).argv,
    pingAskInside({ host: '', namespace: NAMESPACE, to: IP }, XID).argv,
    pingAskInside({ host: '', namespace: NAMESPACE, to: IP, size: SIZE + IP_AND_ICMP }, XID).argv,
    logAsk('', MAC, SINCE).argv,
  ]
}

/** A temporary port and its probes, what is captured of them, and the neighbour of a NIC. */
function ofTheSwitch(): readonly Example['argv'][] {
  const asking = { host: '', on: DEVICE, vlan: 0xabc, control: 0xbcd, mac: macOf(XID, 0xab) }
  const targets = [IP, GATEWAY, IP, GATEWAY]
  return [
    ...switchMethods.map((method) => scriptAsk({ ...asking, method, targets }, XID).argv),
    captureWith(filterOf(XID), { host: '', name: DEVICE }, XID).argv,
    neighbourAsk('', DEVICE).argv,
  ]
}

/** The first byte of the MAC stays: it marks an address of nobody's hardware. */
const anyOfTheSwitch: Example['any'] = [
  ...[macOf(XID, 0xab).slice(3), XID, 'cb00714e', 'cb00714d', 'abc', 'bcd'].map(
    (text) => [text, 'hexadecimal'] as const,
  ),
  [DEVICE, 'name'],
]

const devices: readonly Device[] = [
  { host: '', name: DEVICE },
  { host: '', name: DEVICE, netns: NAMESPACE },
  { host: '', name: DEVICE, vxlan: 4789 },
]

/** Of a VM that has an IPv4 address, of one that has not, and of all that are compared. */
const capturesAt = (device: Device) => [
  ...[{ ip: IP }, {}].map((more) => captureAsk(device, { mac: MAC, xid: XID, ...more }, XID).argv),
  captureAll(device, { family: familyOf(XID), macs: [MAC] }, XID).argv,
]
