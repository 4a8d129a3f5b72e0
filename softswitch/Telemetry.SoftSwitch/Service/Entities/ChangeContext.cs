using Telemetry.SoftSwitch.Service.Pipelines;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>What a change works on, and how a batch is taken back.</summary>
internal sealed class ChangeContext(Pipeline pipeline, long nowNs, bool canRollBack)
{
    private readonly List<Action>? _undo = canRollBack ? [] : null;

    public Pipeline Pipeline { get; } = pipeline;

    public long NowNs { get; set; } = nowNs;

    /// <summary>True when changes have to say how they are undone.</summary>
    public bool KeepsUndo => _undo is not null;

    public void OnUndo(Action undo) => _undo!.Add(undo);

    /// <summary>Undoes every change so far, the last one first.</summary>
    public void RollBack()
    {
        for (int i = _undo!.Count - 1; i >= 0; i--)
        {
            _undo[i]();
        }

        _undo.Clear();
    }
}
