using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.ML;
using Telemetry.Inference.Trees;

namespace Telemetry.Inference.Models;

/// <summary>
/// A model on disk: ML.NET's zip, which any ML.NET program loads, with one entry more that holds the same trees flat.
/// Verdicts come from that entry, so that a data center starts without loading ML.NET; a test holds the two together.
/// </summary>
internal static class ModelFile
{
    private const string TreesEntry = "telemetry/trees.bin";

    public static byte[] Write(MLContext context, ITransformer model, DataViewSchema schema, TreeEnsemble trees)
    {
        using var stream = new MemoryStream();
        context.Model.Save(model, schema, stream);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            using Stream entry = zip.CreateEntry(TreesEntry, CompressionLevel.SmallestSize).Open();
            trees.Write(entry);
        }

        return stream.ToArray();
    }

    /// <summary>Reads the trees of a model file.</summary>
    /// <exception cref="ModelException">It is not a model file, or a damaged one.</exception>
    public static TreeEnsemble Read(byte[] model)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(model), ZipArchiveMode.Read);
            ZipArchiveEntry entry = zip.GetEntry(TreesEntry)
                ?? throw new ModelException($"the model file has no entry {TreesEntry}: write it with 'telemetry train'");
            using Stream stream = entry.Open();
            return TreeEnsemble.Read(stream);
        }
        catch (InvalidDataException e)
        {
            throw new ModelException($"the model file is not a zip, or a damaged one: {e.Message}", e);
        }
    }

    /// <summary>What the card knows the model by: SHA-256, lower-case hexadecimal.</summary>
    public static string Fingerprint(byte[] model) => Convert.ToHexStringLower(SHA256.HashData(model));
}
