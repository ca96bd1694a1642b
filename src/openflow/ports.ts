/** Port numbers by name, for dumps made with `--names`. */
export type PortNumbers = ReadonlyMap<string, number>

/** Ports that have a name in OpenFlow (openflow-1.0.h, `ofp_port`). */
export const RESERVED_PORTS: Readonly<Record<string, number>> = {
  UNSET: 0xfff7,
  IN_PORT: 0xfff8,
  TABLE: 0xfff9,
  NORMAL: 0xfffa,
  FLOOD: 0xfffb,
  ALL: 0xfffc,
  CONTROLLER: 0xfffd,
  LOCAL: 0xfffe,
  ANY: 0xffff,
  NONE: 0xffff,
}

/** A port as it is printed or typed: a number, a name of its own or one of OpenFlow's; `undefined` where nobody has it. */
export function portNumber(text: string, ports: PortNumbers = NONE): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  const name = text.replace(/^"(.*)"$/, '$1')
  return ports.get(name) ?? RESERVED_PORTS[name] ?? RESERVED_PORTS[name.toUpperCase()]
}

const NONE: PortNumbers = new Map()
