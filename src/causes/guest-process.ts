import type { Port } from '../core/subject.ts'
import type { Process, Processes } from '../probes/host/processes.ts'

/** The process that is this port's VM: QEMU names the instance and its MACs in its command line. */
export const guestOf = ({ all }: Processes, { mac, deviceId }: Port): Process | undefined =>
  all.find(({ args }) => args.includes(mac) || (deviceId !== '' && args.includes(deviceId)))
