/** The table of all repairs. `lines`: rows of Markdown. */
export const proofPage = (
  lines: readonly string[],
): string => `# What the lab proved of \`oldhand fix\` · 修复的验证结果

Made by \`npm run proof:fix\` on ${new Date().toISOString().slice(0, 10)}: each fault brought about on the lab, repaired by \`oldhand fix vm1 --prove\`, every VM of the
host seen to get its address and to reach its gateway, then taken back by \`oldhand undo\`: by hand-made steps the host is then as it
was before the repair (flows with their cookies, OVSDB, links, units, files, processes), by others the same is found wrong again. *Lost* counts pings of the
other VMs of the host to their gateways, five a second, while the repair ran; *seconds* is the whole repair with its proof.

由 \`npm run proof:fix\` 生成：每个故障都在实验环境中注入，用 \`oldhand fix vm1 --prove\` 修复，确认该主机上每台虚拟机都能拿到地址并 ping 通网关，再用
\`oldhand undo\` 撤销：手动步骤撤销后主机与修复前一致（流表及 cookie、OVSDB、网卡、服务、文件、进程），其他的则能再次查出同一故障。*lost* 是修复期间该主机其他虚拟机
ping 网关（每秒五次）丢失的个数，*seconds* 是含验证的整个修复时间。

| fault | steps | risk | neighbours' pings lost | outcome | seconds |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`
