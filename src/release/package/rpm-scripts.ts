// What an RPM runs on the target, in the Lua that is part of rpm itself: so it also works in a root that has no shell yet.
// `.clutch/packaged` says which release the package brings (format-spec.ts, describePackaged).

import { isPackagedPython, type PackageFacts } from './package-facts.ts';

/** `%pre` refuses what cannot work, `%post` makes the state's directories and switches. Nothing is removed on erase. */
export function formatRpmScripts(facts: PackageFacts): string {
  return `%pre -p <lua>
${formatCheck(facts)}
%post -p <lua>
${formatSwitch(facts)}
`;
}

function formatCheck({ prefix, manifest }: PackageFacts): string {
  const { python } = manifest;
  const wanted = python === undefined || isPackagedPython(manifest) ? undefined : python.executable;
  return `\
if posix.stat("${prefix}/current", "type") == "directory" then
  error("${prefix}/current is a directory, and has to be a link: move it away")
end
${
  wanted === undefined
    ? ''
    : `\
if not posix.access("${wanted}", "x") then
  error("the release needs the Python ${wanted}, which is not there")
end
`
}`;
}

function formatSwitch({ prefix, owner }: PackageFacts): string {
  const chown = owner === undefined ? '' : `\n    posix.chown(path, "${owner.user}", "${owner.group}")`;
  return `\
local prefix = "${prefix}"
local root
for line in io.lines(prefix .. "/.clutch/packaged") do
  local path = prefix .. "/" .. line
  if root == nil then
    root = line
  elseif posix.stat(path, "type") == nil then
    posix.mkdir(path)${chown}
  end
end
local fresh = prefix .. "/.current-" .. root
posix.unlink(fresh)
assert(posix.symlink("releases/" .. root, fresh))
assert(os.rename(fresh, prefix .. "/current"))`;
}
