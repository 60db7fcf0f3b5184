using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace RouteMiddleware;

/// <summary>
/// Addresses and networks of an option: read strictly, kept as sorted ranges without overlaps, searched in halves. An IPv6 address that is mapped from IPv4
/// counts as the IPv4 one; otherwise a network holds addresses of its own family alone.
/// </summary>
internal sealed class AddressSet
{
    private readonly Ranges<uint> _four;
    private readonly Ranges<UInt128> _six;

    private AddressSet(Ranges<uint> four, Ranges<UInt128> six)
    {
        _four = four;
        _six = six;
    }

    public bool IsEmpty => _four.IsEmpty && _six.IsEmpty;

    /// <summary>Reads the option; what can't be read is added to the faults.</summary>
    public static AddressSet Parse(string property, IEnumerable<string?>? texts, List<string> faults)
    {
        List<(uint First, uint Last)> four = [];
        List<(UInt128 First, UInt128 Last)> six = [];

        foreach (var text in texts ?? [])
        {
            if (NetworkText.TryParse(text, out var network, out var rule))
            {
                if (network.IsFour)
                {
                    four.Add(((uint)network.First, (uint)network.Last));
                }
                else
                {
                    six.Add((network.First, network.Last));
                }
            }
            else
            {
                faults.Add($"{property} ('{text}') {rule}");
            }
        }

        return new(new(four), new(six));
    }

    /// <summary>Whether the address is in the set; a missing one never is.</summary>
    public bool Contains(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];

        if (address is null || !address.TryWriteBytes(bytes, out _))
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return _four.Contains(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        }

        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return NetworkText.IsMapped(value) ? _four.Contains((uint)value) : _six.Contains(value);
    }

    private readonly struct Ranges<T>
        where T : struct, IBinaryInteger<T>
    {
        // Two arrays, so that the search touches half the memory.
        private readonly T[] _firsts;
        private readonly T[] _lasts;

        public Ranges(List<(T First, T Last)> ranges)
        {
            ranges.Sort();
            List<T> firsts = [];
            List<T> lasts = [];

            foreach (var (first, last) in ranges)
            {
                // Neighbours become one range as well.
                if (lasts.Count > 0 && (first <= lasts[^1] || first - T.One == lasts[^1]))
                {
                    lasts[^1] = T.Max(lasts[^1], last);
                }
                else
                {
                    firsts.Add(first);
                    lasts.Add(last);
                }
            }

            _firsts = [.. firsts];
            _lasts = [.. lasts];
        }

        public bool IsEmpty => _firsts.Length == 0;

        public bool Contains(T value)
        {
            var (low, high) = (0, _firsts.Length);

            while (low < high)
            {
                var middle = (low + high) >>> 1;

                if (_firsts[middle] <= value)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low > 0 && value <= _lasts[low - 1];
        }
    }
}
