import { isRecord, json } from '../../core/scan.ts'

/** As regular expressions: a bridge, a port or a device (never an option), and a UUID of Neutron's. */
export const NAME = '\\w[\\w.-]{0,14}'
export const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

const name = new RegExp(`^${NAME}$`)
const uuid = new RegExp(`^${UUID}$`)
export const isName = (word: string | undefined): word is string => word !== undefined && name.test(word)
export const isUuid = (word: string | undefined): word is string => word !== undefined && uuid.test(word)

/** The device that `ip -j … show dev NAME` tells of; some versions print empty objects beside it. */
export function deviceIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const list = json(text)
  const device: unknown = Array.isArray(list) ? list.find((each) => isRecord(each) && 'ifname' in each) : undefined
  return isRecord(device) ? device : undefined
}
