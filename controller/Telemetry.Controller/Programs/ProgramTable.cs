using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Programs;

/// <summary>A table of a program, as a builder of entries.</summary>
public sealed class ProgramTable
{
    private readonly TableInfo _table;
    private readonly P4Program _program;

    internal ProgramTable(P4Program program, TableInfo table)
    {
        _program = program;
        _table = table;
    }

    /// <summary>Full name.</summary>
    public string Name => _table.Name;

    /// <summary>An entry: <c>table.Entry(m => m.Lpm("hdr.ipv4.dst", "10.0.1.0/24"), a => a.Call("forward", ("port", 1)))</c>.</summary>
    /// <param name="match">Adds the matches; keys left out match everything.</param>
    /// <param name="action">Names the action.</param>
    /// <param name="priority">Above 0 exactly where a key is ternary, range or optional.</param>
    /// <exception cref="P4InfoException">Unknown names or values that do not fit; all faults in one message.</exception>
    public P4Entry Entry(Action<MatchBuilder> match, Action<CallBuilder> action, int priority = 0)
    {
        MatchBuilder matches = new();
        match(matches);
        return Bind(matches.Matches, action, priority, isDefault: false);
    }

    /// <summary>The table's default action.</summary>
    /// <exception cref="P4InfoException">Unknown names or values that do not fit; all faults in one message.</exception>
    public P4Entry Default(Action<CallBuilder> action) => Bind([], action, 0, isDefault: true);

    private P4Entry Bind(IReadOnlyList<MatchSpec> matches, Action<CallBuilder> action, int priority, bool isDefault)
    {
        CallBuilder call = new();
        action(call);
        return _program.Bind(new TableEntrySpec
        {
            Table = _table.Name,
            Matches = matches,
            Action = call.Action,
            Arguments = call.Arguments,
            Priority = priority,
            IsDefault = isDefault,
        });
    }

    /// <summary>Collects matches.</summary>
    public sealed class MatchBuilder
    {
        internal List<MatchSpec> Matches { get; } = [];

        /// <summary>The key equals the value.</summary>
        public MatchBuilder Exact(string field, P4Value value) => Add(field, $"{value}");

        /// <summary>The key begins with a prefix, <c>10.0.1.0/24</c>.</summary>
        public MatchBuilder Lpm(string field, string prefix) => Add(field, prefix);

        /// <summary>The key equals the value where the mask has ones.</summary>
        public MatchBuilder Ternary(string field, P4Value value, P4Value mask) => Add(field, $"{value}&&&{mask}");

        /// <summary>The key lies between both, ends included.</summary>
        public MatchBuilder Range(string field, P4Value low, P4Value high) => Add(field, $"{low}..{high}");

        /// <summary>An optional key equals the value.</summary>
        public MatchBuilder Optional(string field, P4Value value) => Add(field, $"{value}");

        private MatchBuilder Add(string field, string text)
        {
            Matches.Add(new MatchSpec(field, text));
            return this;
        }
    }

    /// <summary>Takes the action.</summary>
    public sealed class CallBuilder
    {
        internal string Action { get; private set; } = "";

        internal IReadOnlyList<ActionArgument> Arguments { get; private set; } = [];

        /// <summary>Names the action and its parameters.</summary>
        public void Call(string action, params (string Name, P4Value Value)[] arguments)
        {
            Action = action;
            Arguments = [.. arguments.Select(a => new ActionArgument(a.Name, a.Value))];
        }
    }
}
