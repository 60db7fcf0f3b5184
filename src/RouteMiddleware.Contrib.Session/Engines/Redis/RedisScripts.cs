using RouteMiddleware.Contrib.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>
/// What runs on the server. A session is a hash: a field for each value, under its own name (one that begins with <c>#</c> under one <c>#</c> more), and these:
/// <c>#i</c> proof of the id, <c>#v</c> number of commits, <c>#c</c> the last four commits, <c>#a</c> begin, <c>#r</c> renewal, <c>#e</c> end, <c>#o</c> last rotation, <c>#l</c> own lifetime,
/// <c>#u</c> user, <c>#n</c> until when the user's list names it, <c>#t</c> tenant, <c>#h</c> <c>#x</c> <c>#q</c> whose turn it is, until when, who waits, <c>#w</c> logins begun before that moment (in
/// microseconds) are refused. Moments are the server's, in Unix milliseconds.
/// </summary>
internal static class RedisScripts
{
    private const string Clock = """
        local t = redis.call('TIME')
        local us = t[1] * 1000000 + t[2]
        local now = math.floor(us / 1000)
        local function damaged(m) return string.find(m.err, 'WRONGTYPE', 1, true) and 'T' or m end

        """;

    // KEYS: session. ARGV: proof.
    private const string Valid = Clock + """
        local m = redis.pcall('HMGET', KEYS[1], '#i', '#e', '#o')
        if m.err then return damaged(m) end
        if not m[1] then return 'U' end
        if m[1] ~= ARGV[1] then return not m[3] and 'U' or now - (tonumber(m[3]) or 0) < 10000 and 'R' or 'O' end
        local e = tonumber(m[2])
        if not e then return 'T' end
        if now >= e then return 'X' end

        """;

    /// <summary>
    /// The session that a name leads to, whoever asks: <see cref="RedisRecord"/> compares the proof. Most requests need nothing else, so it is short, and answers one value: names and
    /// values, then the server's time in seconds and microseconds, as MessagePack. Nothing at all where there is none.
    /// </summary>
    public static readonly RedisScript Load = new("session_load", """
        local h = redis.pcall('HGETALL', KEYS[1])
        if h.err then return string.find(h.err, 'WRONGTYPE', 1, true) and 'T' or h end
        if not h[1] then return false end
        local t, n = redis.call('TIME'), #h
        h[n + 1], h[n + 2] = t[1], t[2]
        return cmsgpack.pack(h)
        """);

    /// <summary>The session, packed as by <see cref="Load"/>, and a turn for it; or a place in the queue. A place that is not asked for within a second is lost. ARGV: proof, token, longest turn.</summary>
    public static readonly RedisScript Turn = new("session_turn", Valid + """
        local h = redis.call('HMGET', KEYS[1], '#h', '#x', '#q')
        local free = not h[1] or now >= (tonumber(h[2]) or 0)
        local first, others, seen, all = nil, '', false, ''
        for token, till in string.gmatch(h[3] or '', '(%w+):(%d+);') do
          local mine = token == ARGV[2]
          if mine or tonumber(till) > now then
            first = first or token
            if mine then till = string.format('%.0f', now + 1000) else others = others .. token .. ':' .. till .. ';' end
            all = all .. token .. ':' .. till .. ';'
            seen = seen or mine
          end
        end
        if free and (first or ARGV[2]) == ARGV[2] then
          redis.call('HSET', KEYS[1], '#h', ARGV[2], '#x', now + ARGV[3])
          if others ~= '' then redis.call('HSET', KEYS[1], '#q', others) elseif h[3] then redis.call('HDEL', KEYS[1], '#q') end
          local f = redis.call('HGETALL', KEYS[1])
          local n = #f
          f[n + 1], f[n + 2] = t[1], t[2]
          return cmsgpack.pack(f)
        end
        if not seen then all = all .. ARGV[2] .. ':' .. string.format('%.0f', now + 1000) .. ';' end
        redis.call('HSET', KEYS[1], '#q', all)
        return 'W'
        """);

    /// <summary>Ends a turn, if it is still the given one's. ARGV: token.</summary>
    public static readonly RedisScript EndTurn = new("session_end_turn", """
        if redis.call('HGET', KEYS[1], '#h') ~= ARGV[1] then return 0 end
        return redis.call('HDEL', KEYS[1], '#h', '#x')
        """);

    /// <summary>
    /// Writes what one request changed: all of it or nothing. ARGV: see <see cref="RedisCommit"/>. Answers: S saved, E ended, G gone or refused, R goes on under another id, N a flush found another id,
    /// C the value is another, L too late, A unknown whether it was carried out before, T not a session.
    /// </summary>
    public static readonly RedisScript Commit = new("session_save", Clock + """
        local key, mode, proof, renewed, commit = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
        local m = redis.pcall('HMGET', key, '#i', '#v', '#c', '#a', '#e', '#l', '#u', '#h', '#w', '#x')
        if m.err then return damaged(m) == 'T' and {'T'} or m end
        local v, user, lifetime = tonumber(m[2]) or 0, m[7], m[6]
        if ARGV[5] == '1' and m[1] then
          for i = 1, #(m[3] or ''), 8 do
            if string.sub(m[3], i, i + 7) == commit then return {'S', now, tonumber(m[4]), tonumber(m[5]), v, lifetime or '', user or ''} end
          end
          if v - tonumber(ARGV[6]) >= 4 then return {'A'} end
        end
        local alive = m[1] and now < (tonumber(m[5]) or 0)
        local same = alive and m[1] == proof
        if ARGV[8] ~= '' and m[8] ~= ARGV[8] and same then return {'G'} end
        if ARGV[7] ~= '' and now > tonumber(ARGV[7]) then return {'L'} end
        if mode == 'c' then
          if m[1] or m[9] then return {'G'} end
        else
          if mode == 'e' then
            if same or (m[1] and ARGV[20] == '1') then redis.call('DEL', key) end
            return {'E', now, user or ''}
          end
          if not same then
            if mode == 'u' then return {alive and 'R' or 'G'} end
            if m[1] and ARGV[20] == '1' then redis.call('DEL', key) end
            return {'N'}
          end
          if ARGV[14] ~= '' and m[9] and us - tonumber(ARGV[14]) < tonumber(m[9]) then return {'G'} end
        end
        if ARGV[18] ~= '' then
          local old = redis.call('HGET', key, ARGV[18])
          old = old and '+' .. old or '-'
          if old ~= ARGV[19] then return {'C', old} end
        end
        local before, born = user, tonumber(m[4]) or now - ARGV[21]
        if mode == 'p' then
          redis.call('DEL', key)
          user, lifetime, born = false, false, now
          if ARGV[8] ~= '' then redis.call('HSET', key, '#h', m[8], '#x', m[10]) end
        elseif ARGV[15] == '1' then
          for _, name in ipairs(redis.call('HKEYS', key)) do
            if string.sub(name, 1, 1) ~= '#' or string.sub(name, 1, 2) == '##' then redis.call('HDEL', key, name) end
          end
        end
        local pairs_at = 23 + tonumber(ARGV[22])
        for i = 23, pairs_at - 1 do redis.call('HDEL', key, ARGV[i]) end
        if ARGV[13] == '-' then user = false elseif ARGV[13] ~= '=' then user = string.sub(ARGV[13], 2) end
        if ARGV[12] == '' then lifetime = false elseif ARGV[12] ~= '=' then lifetime = ARGV[12] end
        if not user and not ARGV[pairs_at] then
          local left = false
          for _, name in ipairs(redis.call('HKEYS', key)) do
            left = left or string.sub(name, 1, 1) ~= '#' or string.sub(name, 1, 2) == '##'
          end
          if not left then
            redis.call('DEL', key)
            return {'E', now, before or ''}
          end
        end
        local length, idle, absolute = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
        if lifetime and tonumber(lifetime) > 0 then length = tonumber(lifetime) end
        local ends = now + length
        if idle > 0 then ends = math.min(ends, now + idle) end
        if absolute > 0 then ends = math.min(ends, born + absolute) end
        if ends <= now then
          redis.call('DEL', key)
          return {'G'}
        end
        redis.call('HSET', key, '#v', v + 1, '#c', string.sub(commit .. (m[3] or ''), 1, 32), '#a', born, '#r', now, '#e', ends)
        if renewed ~= '' then
          redis.call('HSET', key, '#i', renewed)
          if mode == 'u' then redis.call('HSET', key, '#o', now) end
        end
        if lifetime then redis.call('HSET', key, '#l', lifetime) else redis.call('HDEL', key, '#l') end
        if user then redis.call('HSET', key, '#u', user) else redis.call('HDEL', key, '#u', '#n') end
        if ARGV[16] ~= '' then redis.call('HSET', key, '#n', now + ARGV[16]) end
        if ARGV[17] ~= '' then redis.call('HSETNX', key, '#t', ARGV[17]) end
        for i = pairs_at, #ARGV, 2 do redis.call('HSET', key, ARGV[i], ARGV[i + 1]) end
        redis.call('PEXPIRE', key, ends - now)
        return {'S', now, born, ends, v + 1, lifetime or '', before or ''}
        """);

    /// <summary>
    /// Names a session in its user's list, before it becomes valid. Every naming gives another score, by which it is known. Refused (0) where all were ended after the login had begun, as far as the login did not know of that end. KEYS: list, end.
    /// ARGV: handle, lifetime, the longest age of the login ('' for none), the end that it knew.
    /// </summary>
    public static readonly RedisScript AddToUser = new("session_user_add", Clock + """
        local ended = redis.call('GET', KEYS[2])
        if ended and ARGV[3] ~= '' and ended ~= ARGV[4] and us - tonumber(ARGV[3]) < tonumber(ended) then return 0 end
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
        local ends = now + ARGV[2]
        if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) == ends then ends = ends + 1 end
        redis.call('ZADD', KEYS[1], ends, ARGV[1])
        redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])))
        return 1
        """);

    /// <summary>Takes a session out of a list, unless it was named there anew meanwhile. KEYS: list. ARGV: handle, score.</summary>
    public static readonly RedisScript RemoveFromUser = new("session_user_forget", """
        if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
        return redis.call('ZREM', KEYS[1], ARGV[1])
        """);

    /// <summary>The moment in microseconds, and the handles of a user's sessions. KEYS: list, end. ARGV: for how long logins that have begun are refused; none to refuse none.</summary>
    public static readonly RedisScript ListOfUser = new("session_user_list", Clock + """
        local moment = string.format('%.0f', us)
        if ARGV[1] then redis.call('SET', KEYS[2], moment, 'PX', ARGV[1]) end
        return {moment, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')}
        """);

    /// <summary>Ends a session if it is the given user's, and refuses the login that would make it so. ARGV: user, for how long.</summary>
    public static readonly RedisScript EndOfUser = new("session_user_end", Clock + """
        local m = redis.pcall('HMGET', KEYS[1], '#u', '#i')
        if m.err then return redis.call('DEL', KEYS[1]) end
        if m[1] == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        redis.call('HSET', KEYS[1], '#w', string.format('%.0f', us))
        if not m[2] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return 0
        """);

    /// <summary>What a session tells of itself: user, begin, renewal, in the server's time, and that time.</summary>
    public static readonly RedisScript Show = new("session_show", Clock + """
        local m = redis.pcall('HMGET', KEYS[1], '#u', '#a', '#r', '#e')
        if m.err or not m[1] or not tonumber(m[4]) or now >= tonumber(m[4]) then return {} end
        return {m[1], tonumber(m[2]), tonumber(m[3]), now}
        """);
}
