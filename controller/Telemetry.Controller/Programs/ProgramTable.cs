using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Programs;

/// <summary>A table of a program, as a builder of entries.</summary>
public sealed class ProgramTable
{
    private readonly TableInfo _table;
    private readonly P4InfoIndex _index;

    internal ProgramTable(P4InfoIndex index, TableInfo table)
    {
        _index = index;
        _table = table;
    }

    /// <summary>Full name.</summary>
    public string Name => _table.Name;

    /// <summary>An entry: <c>table.Entry(m => m.Lpm("hdr.ipv4.dst", "10.0.1.0/24"), a => a.Call("forward", ("port", 1)))</c>.</summary>
    /// <param name="match">Adds the matches; keys left out match everything.</param>
    /// <param name="action">Names the action, or a member or group of the table's action profile.</param>
    /// <param name="priority">Above 0 exactly where a key is ternary, range or optional.</param>
    /// <exception cref="P4InfoException">Unknown names or values that do not fit; all faults in one message.</exception>
    public P4Entry Entry(Action<MatchBuilder> match, Action<CallBuilder> action, int priority = 0) =>
        Build(match, action, priority, isDefault: false);

    /// <summary>An entry without its action, to find or delete one.</summary>
    /// <exception cref="P4InfoException">Unknown names or values that do not fit; all faults in one message.</exception>
    public P4Entry Key(Action<MatchBuilder> match, int priority = 0) => Build(match, null, priority, isDefault: false);

    /// <summary>The table's default action.</summary>
    /// <exception cref="P4InfoException">Unknown names or values that do not fit; all faults in one message.</exception>
    public P4Entry Default(Action<CallBuilder> action) => Build(null, action, 0, isDefault: true);

    private P4Entry Build(Action<MatchBuilder>? match, Action<CallBuilder>? action, int priority, bool isDefault)
    {
        List<string> faults = [];
        TableEntryBuilder builder = new(_table, faults);
        match?.Invoke(new MatchBuilder(builder));
        builder.Finish(isDefault, priority);
        if (action is not null)
        {
            CallBuilder call = new(builder, isDefault);
            action(call);
            builder.Entry.Action = call.Target;
            if (call.Target is null)
            {
                faults.Add($"table {_table.Name}: the entry has no action; known actions: {ActionBinder.Names(_table.Actions)}");
            }
        }

        return faults.Count > 0
            ? throw new P4InfoException(string.Join("; ", faults))
            : new P4Entry(new Entity { TableEntry = builder.Entry }, _index);
    }

    /// <summary>Collects matches.</summary>
    public sealed class MatchBuilder
    {
        private readonly TableEntryBuilder _builder;

        internal MatchBuilder(TableEntryBuilder builder) => _builder = builder;

        /// <summary>The key equals the value.</summary>
        public MatchBuilder Exact(string field, P4Value value) => Add(field, value);

        /// <summary>The key begins with a prefix, <c>10.0.1.0/24</c>.</summary>
        public MatchBuilder Lpm(string field, string prefix) => Text(field, prefix);

        /// <summary>The key begins with the first bits of a value.</summary>
        public MatchBuilder Lpm(string field, P4Value value, int prefixLength)
        {
            _builder.Match(field, value, prefixLength);
            return this;
        }

        /// <summary>The key equals the value where the mask has ones.</summary>
        public MatchBuilder Ternary(string field, P4Value value, P4Value mask) => Text(field, $"{value}&&&{mask}");

        /// <summary>The key lies between both, ends included.</summary>
        public MatchBuilder Range(string field, P4Value low, P4Value high) => Text(field, $"{low}..{high}");

        /// <summary>An optional key equals the value.</summary>
        public MatchBuilder Optional(string field, P4Value value) => Add(field, value);

        /// <summary>A match in the notation of the key's kind, as files of entries have it.</summary>
        public MatchBuilder Text(string field, string match)
        {
            _builder.Match(field, match);
            return this;
        }

        private MatchBuilder Add(string field, P4Value value)
        {
            _builder.Match(field, value);
            return this;
        }
    }

    /// <summary>Takes the action.</summary>
    public sealed class CallBuilder
    {
        private readonly TableEntryBuilder _builder;
        private readonly bool _isDefault;

        internal CallBuilder(TableEntryBuilder builder, bool isDefault)
        {
            _builder = builder;
            _isDefault = isDefault;
        }

        internal TableAction? Target { get; private set; }

        /// <summary>Names the action and its parameters.</summary>
        public void Call(string action, params ReadOnlySpan<(string Name, P4Value Value)> arguments) =>
            Target = new TableAction { Action = _builder.Call(action, arguments, _isDefault) };

        /// <summary>A member of the table's action profile.</summary>
        public void Member(uint member) => Target = new TableAction { ActionProfileMemberId = member };

        /// <summary>A group of the table's action selector.</summary>
        public void Group(uint group) => Target = new TableAction { ActionProfileGroupId = group };
    }
}
