using System.Linq.Expressions;
using Telemetry.SoftSwitch.Execution;
using static Telemetry.SoftSwitch.Compilation.CodeContext;

namespace Telemetry.SoftSwitch.Compilation;

/// <summary>A run of bits on the wire and the words that hold them, low word first. Words hold no excess bits.</summary>
internal sealed record BitRun(int Width, IReadOnlyList<Expression> Words)
{
    public Expression Low => Words[0];

    /// <summary>Bits of the highest word.</summary>
    public int TopBits => Width - (64 * (Words.Count - 1));
}

/// <summary>
/// Code that moves runs of bits between a byte buffer and words. Runs are grouped up to the next byte boundary so that
/// one load or store of 1 to 8 bytes serves a group; what fits in no group goes bit by bit.
/// </summary>
internal static class BitCode
{
    /// <summary>Loads runs that lie one after another from <paramref name="at"/> on into their words.</summary>
    public static void Load(List<ParameterExpression> variables, List<Expression> steps, Expression buffer, Expression at, int atOffset, IReadOnlyList<BitRun> runs)
    {
        foreach ((int first, int count, int bit, int bits) in Groups(runs))
        {
            Expression start = Offset(at, atOffset + (bit / 8));
            if (bits == 0)
            {
                LoadSlowly(steps, buffer, at, atOffset, runs[first], bit);
                continue;
            }

            if (count == 1 && bits > 64)
            {
                int offset = atOffset + (bit / 8);
                int bytes = runs[first].TopBits / 8;
                for (int word = runs[first].Words.Count - 1; word >= 0; word--)
                {
                    steps.Add(Expression.Assign(runs[first].Words[word], Call(typeof(Bits), $"Load{bytes}", buffer, Offset(at, offset))));
                    offset += bytes;
                    bytes = 8;
                }

                continue;
            }

            Expression load = Call(typeof(Bits), $"Load{bits / 8}", buffer, start);
            if (count == 1)
            {
                steps.Add(Expression.Assign(runs[first].Low, load));
                continue;
            }

            ParameterExpression group = Expression.Variable(typeof(ulong), "group");
            variables.Add(group);
            steps.Add(Expression.Assign(group, load));
            int left = bits;
            for (int i = first; i < first + count; i++)
            {
                left -= runs[i].Width;
                Expression shifted = left == 0 ? group : Expression.RightShift(group, Expression.Constant(left));
                steps.Add(Expression.Assign(
                    runs[i].Low, i == first ? shifted : Expression.And(shifted, Const(ValueCompiler.MaskOf(runs[i].Width)))));
            }
        }
    }

    /// <summary>Stores runs one after another from <paramref name="at"/> on; a last partial byte is filled with zeros.</summary>
    public static void Store(List<Expression> steps, Expression buffer, Expression at, int atOffset, IReadOnlyList<BitRun> runs)
    {
        foreach ((int first, int count, int bit, int bits) in Groups(runs))
        {
            Expression start = Offset(at, atOffset + (bit / 8));
            if (bits == 0)
            {
                steps.Add(Append(buffer, Expression.Add(Expression.Multiply(at, Expression.Constant(8)), Expression.Constant((atOffset * 8) + bit)), runs[first]));
                continue;
            }

            if (count == 1 && bits > 64)
            {
                int offset = atOffset + (bit / 8);
                int bytes = runs[first].TopBits / 8;
                for (int word = runs[first].Words.Count - 1; word >= 0; word--)
                {
                    steps.Add(Call(typeof(Bits), $"Store{bytes}", buffer, Offset(at, offset), runs[first].Words[word]));
                    offset += bytes;
                    bytes = 8;
                }

                continue;
            }

            Expression? value = null;
            int left = bits;
            for (int i = first; i < first + count; i++)
            {
                left -= runs[i].Width;
                Expression part = left == 0 ? runs[i].Low : Expression.LeftShift(runs[i].Low, Expression.Constant(left));
                value = value is null ? part : Expression.Or(value, part);
            }

            steps.Add(Call(typeof(Bits), $"Store{bits / 8}", buffer, start, value!));
        }
    }

    /// <summary>Writes a run at a bit position that only the running program knows; yields the position after it.</summary>
    public static Expression Append(Expression buffer, Expression bit, BitRun run)
    {
        int width = run.TopBits;
        for (int word = run.Words.Count - 1; word >= 0; word--)
        {
            bit = Call(typeof(Bits), nameof(Bits.Append), buffer, bit, Expression.Constant(width), run.Words[word]);
            width = 64;
        }

        return bit;
    }

    public static Expression Offset(Expression at, int by) => by == 0 ? at : Expression.Add(at, Expression.Constant(by));

    private static void LoadSlowly(List<Expression> steps, Expression buffer, Expression at, int atOffset, BitRun run, int bit)
    {
        Expression position = Expression.Add(Expression.Multiply(at, Expression.Constant(8)), Expression.Constant((atOffset * 8) + bit));
        int width = run.TopBits;
        for (int word = run.Words.Count - 1; word >= 0; word--)
        {
            steps.Add(Expression.Assign(run.Words[word], Call(typeof(Bits), nameof(Bits.Read64), buffer, position, Expression.Constant(width))));
            position = Expression.Add(position, Expression.Constant(width));
            width = 64;
        }
    }

    /// <summary>Groups of runs: the first run, how many, their first bit, and their bits, 0 for one run that must go bit by bit.</summary>
    private static IEnumerable<(int First, int Count, int Bit, int Bits)> Groups(IReadOnlyList<BitRun> runs)
    {
        int bit = 0;
        int i = 0;
        while (i < runs.Count)
        {
            if (bit % 8 != 0)
            {
                yield return (i, 1, bit, 0);
                bit += runs[i++].Width;
                continue;
            }

            int width = runs[i].Width;
            int count = 1;
            while (width % 8 != 0 && i + count < runs.Count && width + runs[i + count].Width <= 64)
            {
                width += runs[i + count++].Width;
            }

            if (width % 8 == 0 && (width <= 64 || count == 1))
            {
                yield return (i, count, bit, width);
                bit += width;
                i += count;
            }
            else
            {
                yield return (i, 1, bit, 0);
                bit += runs[i++].Width;
            }
        }
    }
}
