Console.WriteLine("telemetry"); return 0;
