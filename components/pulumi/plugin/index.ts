import { serve } from "../provider/main";

// The one place that starts the provider by being loaded: Pulumi runs the main file of a folder with PulumiPlugin.yaml. The folder has no
// dependencies of its own, so that Pulumi has nothing to install into an installed package.
void serve();
