/** The variable with the networks of each zone: `ZONE=NETWORK,NETWORK ZONE=NETWORK`. */
export const ZONES_VARIABLE = 'HAPROXY_ZONES';
/** The variable that the configuration sets: the backends whose nodes in the task's own zone come first. */
export const ZONE_BACKENDS_VARIABLE = 'HAPROXY_ZONE_BACKENDS';
/** The variable with {@link ZONE_SCRIPT}. The start script gives it to HAProxy as {@link ZONE_SCRIPT_FILE}. */
export const ZONE_SCRIPT_VARIABLE = 'HAPROXY_ZONE_SCRIPT';
/** What HAProxy reads the script from: a pipe, so that no file is written. */
export const ZONE_SCRIPT_FILE = '/dev/fd/4';

/** HAProxy's largest weight. A node of another zone has the smallest, 1. */
export const ZONE_WEIGHT = 256;

/**
 * The script in Lua that prefers the nodes in the task's own zone. It reads the zone from the metadata endpoint of ECS
 * and compares the address of each slot with the networks of the zone, five times a second: a slot that gets an address of
 * another zone in one step keeps its weight until then. No request passes it.
 *
 * It changes weights alone: a slot keeps its address, its check and its place in the runtime API. Where all nodes of the
 * zone are down, HAProxy has only the others, and needs no script for that.
 *
 * Slots with `resolve-net` beside slots with `backup` do less. A slot without an address takes one of another network
 * when none of its own is free, and from 2.5 on no slot gives back an address that DNS still names (src/resolvers.c,
 * resolv_get_ip_from_response). Running processes of 2.2.9 and 3.2.26: with four such slots for two nodes, half of the
 * requests leave the zone; with two, a new node that DNS names before an old one is gone gets no request.
 */
export const ZONE_SCRIPT = `local function log(level, text)
  core.log(level, "zone: " .. text)
end

local function number(text)
  local a, b, c, d = (text or ""):match("^(%d+)%.(%d+)%.(%d+)%.(%d+)")
  return a and (tonumber(a) << 24 | tonumber(b) << 16 | tonumber(c) << 8 | tonumber(d))
end

local function ask()
  local uri = os.getenv("ECS_CONTAINER_METADATA_URI_V4") or ""
  local host, port, path = uri:match("^http://([%d.]+):?(%d*)(/.*)$")
  if not host then return nil, "ECS_CONTAINER_METADATA_URI_V4 has no address" end
  local socket = core.tcp()
  socket:settimeout(2)
  local ok, reason = socket:connect(host, tonumber(port) or 80)
  local answer = ""
  if ok then
    ok, reason = socket:send("GET " .. path .. "/task HTTP/1.0\\r\\nHost: " .. host .. "\\r\\n\\r\\n")
  end
  if ok then
    answer, reason = socket:receive("*a")
  end
  socket:close()
  local zone = (answer or ""):match('"AvailabilityZone"%s*:%s*"([%w-]+)"')
  return zone, reason or "the answer has no AvailabilityZone"
end

local function networksOf(zone)
  local found = {}
  for name, list in (os.getenv("${ZONES_VARIABLE}") or ""):gmatch("(%S+)=(%S+)") do
    for address, length in list:gmatch("([%d.]+)/(%d+)") do
      local bits = 32 - tonumber(length)
      if name == zone and number(address) then
        found[#found + 1] = { bits = bits, prefix = number(address) >> bits }
      end
    end
  end
  return found
end

local function weightOf(address, networks)
  local value = number(address)
  for _, network in ipairs(networks) do
    if value and value >> network.bits == network.prefix then return ${ZONE_WEIGHT} end
  end
  return 1
end

local function prefer(networks)
  local servers = {}
  for backend in (os.getenv("${ZONE_BACKENDS_VARIABLE}") or ""):gmatch("%S+") do
    for _, server in pairs(core.backends[backend].servers) do
      servers[#servers + 1] = server
    end
  end
  local weights = {}
  while true do
    for i, server in ipairs(servers) do
      local weight = weightOf(server:get_addr(), networks)
      if weights[i] ~= weight then
        server:set_weight(tostring(weight))
        weights[i] = weight
      end
    end
    core.msleep(200)
  end
end

core.register_task(function()
  local zone, reason = ask()
  if not zone then
    log(core.warning, "unknown, all nodes get the same share until it is known: " .. reason)
  end
  while not zone do
    core.msleep(1000)
    zone = ask()
  end
  local networks = networksOf(zone)
  if #networks == 0 then
    log(core.warning, zone .. " has no network in ${ZONES_VARIABLE}, all nodes get the same share")
    return
  end
  log(core.info, "nodes in " .. zone .. " come first")
  prefer(networks)
end)
`;
