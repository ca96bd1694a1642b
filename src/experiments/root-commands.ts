import { captureAsk } from './as-vm/capture.ts'
import { guestAsk, probeAsk, sendAsk } from './as-vm/design.ts'
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
const NAMESPACE = 'qdhcp-00000000-0000-0000-0000-000000000000'

const any: Example['any'] = [
  [processesOf(XID).replace(/^.*=/, ''), 'hexadecimal'],
  ...[MAC, 'fa163ea1b2c3', 'fa163ea1', 'b2c3', XID, 'cb00714e', 'cb00714d'].map(
    (text) => [text, 'hexadecimal'] as const,
  ),
  [DEVICE, 'name'],
  [String(OFPORT), 'number'],
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
  const sends = asks.map(({ argv }) => argv)
  return [offloadCommand, ...devices.flatMap(capturesAt), ...sends, ...sweepCommands(XID)].map((argv) => ({
    argv,
    any,
  }))
}

const devices: readonly Device[] = [
  { host: '', name: DEVICE },
  { host: '', name: DEVICE, netns: NAMESPACE },
  { host: '', name: DEVICE, vxlan: 4789 },
]

/** Of a VM that has an IPv4 address, and of one that has not. */
const capturesAt = (device: Device) =>
  [{ ip: IP }, {}].map((more) => captureAsk(device, { mac: MAC, xid: XID, ...more }, XID).argv)
