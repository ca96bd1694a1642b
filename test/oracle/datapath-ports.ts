/** A port as `dpif/show` prints it. Ports of one tunnel type share a datapath port; patch ports have none. */
export interface DatapathPort {
  readonly bridge: string
  readonly name: string
  readonly number: number
  readonly type: string
  readonly key?: string
  readonly remote?: string
}

export const isTunnel = (port: DatapathPort | undefined) => /^(vxlan|gre|geneve)$/.test(port?.type ?? '')

export function parseDatapathPorts(text: string): readonly DatapathPort[] {
  const ports: DatapathPort[] = []
  let bridge = ''
  for (const line of text.split('\n')) {
    bridge = /^ {2}(\S+):$/.exec(line)?.[1] ?? bridge
    const port = /^ {4}(\S+) \d+\/(\d+): \((\S+?)(?:: (.*))?\)$/.exec(line)
    if (port) ports.push(portOf(bridge, port))
  }
  return ports
}

function portOf(bridge: string, [, name = '', number = '', type = '', options = '']: RegExpExecArray): DatapathPort {
  const key = /\bkey=(\w+)/.exec(options)?.[1]
  const remote = /\bremote_ip=([^,]+)/.exec(options)?.[1]
  return { bridge, name, number: Number(number), type, ...(key && { key }), ...(remote && { remote }) }
}
