// Prints what Kubeless would create for functions, given the value of runtime-images: for each the
// Deployment and the files of its ConfigMap, by Kubeless' own code and the fake client of client-go.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	kubelessv1beta1 "github.com/kubeless/kubeless/pkg/apis/kubeless/v1beta1"
	"github.com/kubeless/kubeless/pkg/langruntime"
	"github.com/kubeless/kubeless/pkg/utils"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

type request struct {
	RuntimeImages string                         `json:"runtimeImages"`
	Functions     []kubelessv1beta1.FunctionSpec `json:"functions"`
}

type answer struct {
	Deployment any               `json:"deployment"`
	Files      map[string]string `json:"files"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	runtimes := langruntime.New(&corev1.ConfigMap{Data: map[string]string{"runtime-images": asked.RuntimeImages}})
	runtimes.ReadConfigMap()
	answers := []any{}
	for index, spec := range asked.Functions {
		if !runtimes.IsValidRuntime(spec.Runtime) {
			return fmt.Errorf("Kubeless knows no runtime %q", spec.Runtime)
		}
		client := fake.NewSimpleClientset()
		name := fmt.Sprintf("function-%d", index)
		// What kubeless' own command line sets, and its Deployment selects pods by.
		labels := map[string]string{"created-by": "kubeless", "function": name}
		function := &kubelessv1beta1.Function{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Labels: labels},
			Spec:       spec,
		}
		if err := utils.EnsureFuncConfigMap(client, function, nil, runtimes); err != nil {
			return err
		}
		if err := utils.EnsureFuncDeployment(client, function, nil, runtimes, "", "kubeless/unzip", nil); err != nil {
			return err
		}
		deployment, err := client.AppsV1().Deployments("default").Get(function.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		source, err := client.CoreV1().ConfigMaps("default").Get(function.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		answers = append(answers, answer{Deployment: deployment, Files: source.Data})
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}
